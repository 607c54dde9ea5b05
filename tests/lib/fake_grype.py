#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program that behaves like grype as far as artmirror calls it, and misbehaves as it is told; and
FakeGrype, which puts it into a folder for PATH. It is steered by files beside itself:
fake_grype.json has the rules, journal.jsonl gets a line for each call."""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SETTINGS = {'GRYPE_DB_AUTO_UPDATE': 'false', 'GRYPE_DB_VALIDATE_AGE': 'false',
            'GRYPE_CHECK_FOR_APP_UPDATE': 'false'}


class FakeGrype:
    """folder/grype, with rules to change at any time and the journal of its calls.

    Rules: version; update {status, stderr}; db (the status of the database); scan, with
      matches    a number, or a list of severities or of matches as they are
      ignored    likewise, for ignoredMatches
      distro, alerts, digest     of the report
      cut        so many characters of the report are written
      stdout, stderr             written before it as they are
      status, signal, seconds, grandchild    how it ends"""

    def __init__(self, folder, **rules):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        shutil.copy(__file__, self.folder / 'grype')
        (self.folder / 'grype').chmod(0o755)
        self.rules(**rules)

    def rules(self, **rules):
        (self.folder / 'fake_grype.json').write_text(json.dumps(rules), encoding='utf-8')

    @property
    def env(self) -> dict:
        return {'PATH': f'{self.folder}:/usr/bin:/bin'}

    def calls(self, kind=None) -> list:
        """Of a kind: version, update, providers, status, scan."""
        path = self.folder / 'journal.jsonl'
        lines = path.read_text(encoding='utf-8').splitlines() if path.exists() else []
        calls = [json.loads(line) for line in lines]
        return [call for call in calls if kind in (None, call['kind'])]

    def has_grandchild(self) -> bool:
        """Does the one of the last scan still run? A dead one may wait for init."""
        pid = (self.folder / 'grandchild').read_text(encoding='ascii')
        try:
            status = Path('/proc', pid, 'stat').read_text(encoding='ascii')
        except (FileNotFoundError, ProcessLookupError):
            return False
        return status.rpartition(')')[2].split()[0] != 'Z'

    def forget(self):
        (self.folder / 'journal.jsonl').unlink(missing_ok=True)


def match(number, severity='High') -> dict:
    return {
        'vulnerability': {
            'id': f'CVE-2026-{number:04}', 'dataSource': f'https://advisory.example/{number}',
            'namespace': 'alpine:distro:alpine:3.19', 'severity': severity,
            'urls': [f'https://advisory.example/{number}'], 'description': f'title {number}',
            'cvss': [], 'fix': {'versions': ['1.1'], 'state': 'fixed'}, 'advisories': [],
            'risk': 0},
        'relatedVulnerabilities': [], 'matchDetails': [],
        'artifact': {'id': f'{number:016x}', 'name': f'pkg{number}', 'version': '1.0',
                     'type': 'apk', 'locations': [{'path': '/lib/apk/db/installed'}],
                     'language': '', 'licenses': [], 'cpes': [], 'upstreams': [],
                     'purl': f'pkg:apk/alpine/pkg{number}@1.0'}}


def matches(rows) -> list:
    rows = ['High'] * rows if isinstance(rows, int) else rows
    return [match(i, row) if isinstance(row, str) else row for i, row in enumerate(rows)]


def report(rule, subject, version) -> dict:
    digest = rule.get('digest', subject.partition('@')[2])
    ignored = [{**each, 'appliedIgnoreRules': [{'namespace': 'vex', 'vex-status': 'fixed'}]}
               for each in matches(rule.get('ignored', 0))]
    return {'matches': matches(rule.get('matches', 0)),
            **({'ignoredMatches': ignored} if ignored else {}),
            **({'alertsByPackage': rule['alerts']} if 'alerts' in rule else {}),
            'source': {'type': 'image', 'target': {'userInput': subject,
                                                   'manifestDigest': digest}},
            'distro': rule.get('distro', {'name': 'alpine', 'version': '3.19.1', 'idLike': []}),
            'descriptor': {'name': 'grype', 'version': version}}


def scan(rule, subject, version):
    sys.stdout.write(rule.get('stdout', ''))
    sys.stderr.write(rule.get('stderr', ''))
    if rule.get('grandchild'):
        child = subprocess.Popen(['/bin/sleep', '150'])
        (FOLDER / 'grandchild').write_text(str(child.pid), encoding='ascii')
    time.sleep(rule.get('seconds', 0))
    if rule.get('signal'):
        os.kill(os.getpid(), getattr(signal, rule['signal']))
    if not rule.get('status'):
        text = json.dumps(report(rule, subject, version))
        sys.stdout.write(text[:rule.get('cut', len(text))])
    return rule.get('status', 0)


def note(kind, subject=None):
    config = os.environ.get('DOCKER_CONFIG')
    line = {'kind': kind, 'subject': subject, 'argv': sys.argv[1:], 'cwd': os.getcwd(),
            'files': os.listdir('.'), 'env': dict(os.environ),
            'docker': json.loads(Path(config, 'config.json').read_text()) if config else None}
    with open(FOLDER / 'journal.jsonl', 'a', encoding='utf-8') as out:
        out.write(json.dumps(line) + '\n')


def main() -> int:
    rules = json.loads((FOLDER / 'fake_grype.json').read_text(encoding='utf-8'))
    version = rules.get('version', '0.115.0')
    arguments = sys.argv[1:]
    if arguments[:1] == ['version']:
        note('version')
        print(json.dumps({'application': 'grype', 'version': version}))
        return 0
    if any(os.environ.get(name) != value for name, value in SETTINGS.items()):
        sys.stderr.write('wrong settings\n')
        return 1
    if arguments[:1] == ['db']:
        note(arguments[1])
        if arguments[1] == 'update':
            sys.stderr.write(rules.get('update', {}).get('stderr', ''))
            return rules.get('update', {}).get('status', 0)
        found = rules.get('db', {'schemaVersion': 'v6.1.9', 'built': '2026-11-23T06:14:05Z',
                                 'valid': True})
        print(json.dumps(found))
        return 0 if found.get('valid') else 1
    note('scan', arguments[-1])
    return scan(rules.get('scan', {}), arguments[-1], version)


if __name__ == '__main__':
    sys.exit(main())
