# SPDX-License-Identifier: Apache-2.0
"""The scripted trivy in a folder of its own, for PATH; see fake_trivy.py for the rules."""
import contextlib
import json
import os
import shutil
import signal
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / 'fake_trivy.py'


class FakeTrivy:
    """folder/trivy, with rules to change at any time and the journal of its calls.

    Rules: version; scan, or images {part of the reference: rule}, with
      findings   a number, or a list of severities or of members of a finding
      results    Results as they are (None: null); without either there is no such member
      os         Metadata.OS (None: unknown)
      without    members of the report to leave out
      cut        so many characters of the report are written
      padding    so many bytes of it are something else
      no_report  nothing is written
      stdout, stderr     written as they are
      fatal, status, times   the message and the exit status of a failure, how often
      seconds, ignore_term, signal, grandchild {session}   how it ends
      java       it needs the index of Java archives
    and download_db, download_java with fatal, seconds, metadata."""

    def __init__(self, folder, **rules):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        shutil.copy(SOURCE, self.folder / 'trivy')
        self.rules(**rules)

    def rules(self, **rules):
        path = self.folder / 'fake_trivy.json'
        path.write_text(json.dumps(rules), encoding='utf-8')

    @property
    def env(self) -> dict:
        """For runs that shall find it, and no other."""
        return {'PATH': f'{self.folder}:/usr/bin:/bin'}

    def calls(self, kind=None) -> list:
        """Of a kind: version, download, name (a scan), grandchild."""
        path = self.folder / 'journal.jsonl'
        lines = path.read_text(encoding='utf-8').splitlines() if path.exists() else []
        calls = [json.loads(line) for line in lines]
        return [call for call in calls if kind is None or kind in call]

    def scans(self) -> list:
        return self.calls('name')

    def end(self):
        """Ends what it left behind."""
        for call in self.calls('grandchild'):
            with contextlib.suppress(ProcessLookupError):
                os.kill(call['grandchild'], signal.SIGKILL)

    def forget(self):
        (self.folder / 'journal.jsonl').unlink(missing_ok=True)
