# SPDX-License-Identifier: Apache-2.0
"""The real Trivy, offline: a database, images in which it finds something, its own counts, and a
journal of how it is called."""
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import images
from harness import peer
from trivy_db import write_database

__all__ = ['write_database', 'ALPINE', 'DEBIAN', 'NODE', 'EMPTY', 'SEVERITIES', 'Call', 'Journal',
           'count', 'image', 'program', 'run', 'table_counts', 'two_platforms', 'version']

SEVERITIES = ('UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL')

# Files of file systems. What the database has for them, without any filter:
ALPINE = {  # CRITICAL 1, HIGH 2, MEDIUM 1 (not fixed), UNKNOWN 1; its support has ended
    'etc/alpine-release': '3.19.1\n',
    'etc/os-release': 'ID=alpine\nVERSION_ID=3.19.1\n',
    'lib/apk/db/installed': 'P:openssl\nV:3.1.4-r1\nA:x86_64\no:openssl\n\n'
                            'P:busybox\nV:1.36.1-r10\nA:x86_64\no:busybox\n\n'}
DEBIAN = {  # CRITICAL 1, HIGH 1, MEDIUM 1, LOW 2, of which only one LOW is fixed
    'etc/debian_version': '12.5\n',
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    'var/lib/dpkg/status': 'Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2+b7\n'
                           'Architecture: amd64\nMaintainer: nobody\nSource: bash (5.2.15-2)\n\n'}
NODE = {**DEBIAN,  # and HIGH 1 of a library
        'usr/lib/node_modules/lodash/package.json': '{"name": "lodash", "version": "4.17.20"}'}
EMPTY = {'hello': 'world\n'}  # nothing, not even an operating system

# Replaces itself with the program after writing down how it was called.
RECORDER = """#!{python} -ES
import json, os, sys
folder = os.environ.get('DOCKER_CONFIG')
found = {{'argv': sys.argv[1:], 'env': dict(os.environ), 'cwd': os.getcwd(),
         'files': os.listdir('.'), 'docker': None, 'modes': None,
         'fds': [each for each in os.listdir('/proc/self/fd') if int(each) > 2]}}
if folder:
    path = os.path.join(folder, 'config.json')
    found['docker'] = json.load(open(path))
    found['modes'] = [oct(os.stat(each).st_mode & 0o777) for each in (folder, path)]
line = json.dumps(found) + '\\n'
fd = os.open({journal!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.write(fd, line.encode())
os.close(fd)
os.execv({program!r}, sys.argv)
"""


def program() -> str:
    """Its path, or a skipped test that names it."""
    return peer('trivy')


def version() -> str:
    """As tests/build-peers built it."""
    return Path(f'{program()}.version').read_text(encoding='ascii').strip().lstrip('v')


@dataclass
class Call:
    argv: list
    env: dict
    cwd: str
    files: list
    docker: dict
    modes: list
    fds: list

    @property
    def is_scan(self) -> bool:
        return 'image' in self.argv and not any('download' in each for each in self.argv)


class Journal:
    """A folder for PATH whose trivy is the real one, written down."""

    def __init__(self, folder, path=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.file = self.folder / 'journal'
        script = self.folder / 'trivy'
        script.write_text(RECORDER.format(python=sys.executable, journal=str(self.file),
                                          program=path or program()), encoding='utf-8')
        script.chmod(0o755)

    @property
    def env(self) -> dict:
        return {'PATH': f'{self.folder}:{os.environ["PATH"]}'}

    def calls(self) -> list:
        if not self.file.exists():
            return []
        return [Call(**json.loads(line)) for line in self.file.read_text().splitlines()]

    def scans(self) -> list:
        return [each for each in self.calls() if each.is_scan]

    def clear(self) -> None:
        self.file.unlink(missing_ok=True)


def layer(files: dict) -> bytes:
    """A tar of a file system."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def image(files: dict, platform='linux/amd64', docker=False, seed='') -> images.Image:
    """An image that programs can unpack; seed makes another manifest with the same content."""
    plain = layer(files)
    packed = gzip.compress(plain, mtime=0)
    which = images.platform_of(platform)
    config = images.encode({**which, 'config': {'Labels': {'seed': seed}},
                            'rootfs': {'type': 'layers', 'diff_ids': [images.digest_of(plain)]},
                            'history': [{'created_by': 'test'}]})
    manifest_type = images.DOCKER_MANIFEST if docker else images.OCI_MANIFEST
    document = {
        'schemaVersion': 2, 'mediaType': manifest_type,
        'config': images.descriptor(images.DOCKER_CONFIG if docker else images.OCI_CONFIG, config),
        'layers': [images.descriptor(images.DOCKER_LAYER if docker else images.OCI_LAYER, packed)]}
    blobs = {images.digest_of(each): each for each in (config, packed)}
    return images.from_document(document, blobs, which)


def two_platforms(files: dict, seed='', attestations=False) -> images.Image:
    children = [image({**files, 'etc/machine': each}, each, seed=seed)
                for each in ('linux/amd64', 'linux/arm64')]
    if attestations:
        return images.index_with_attestations(
            children + [images.attestation(child) for child in children])
    return images.index(children)


def run(cache, *args, env=None) -> str:
    """What "trivy image" prints."""
    done = subprocess.run(
        [program(), 'image', '--quiet', '--cache-dir', str(cache), '--cache-backend', 'memory',
         '--skip-db-update', '--skip-version-check', '--disable-telemetry', '--offline-scan',
         '--scanners', 'vuln', '--image-src', 'remote', *map(str, args)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={'PATH': os.environ['PATH'], 'HOME': str(cache), **(env or {})})
    if done.returncode:
        raise AssertionError(f'trivy: {done.stderr}')
    return done.stdout


def count(document: dict, severities=SEVERITIES, ignore_unfixed=False) -> dict:
    """{severity: rows} of its JSON report, as jq would count them."""
    found = dict.fromkeys(severities, 0)
    for result in document.get('Results') or []:
        for row in result.get('Vulnerabilities') or []:
            if row['Severity'] in found and (not ignore_unfixed or row['Status'] == 'fixed'):
                found[row['Severity']] += 1
    return {name: number for name, number in found.items() if number}


def table_counts(text: str) -> dict:
    """{severity: rows} of the "Total:" lines of its table."""
    found = {}
    for line in re.findall(r'^Total: \d+ \(([^)]*)\)', text, re.MULTILINE):
        for name, number in re.findall(r'(\w+): (\d+)', line):
            found[name] = found.get(name, 0) + int(number)
    return {name: number for name, number in found.items() if number}
