# SPDX-License-Identifier: Apache-2.0
"""A tiny vulnerability database for Trivy: a file in the format of bbolt, written whole."""
import json
import struct
from pathlib import Path

PAGE = 4096
MAGIC, FORMAT = 0xED0CDAED, 2
LEAF, META, FREE_LIST = 2, 4, 16  # kinds of pages
IS_BUCKET = 1  # flag of an item
INLINE_MAX = PAGE // 4

UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL = range(5)  # severities as numbers
AFFECTED, WILL_NOT_FIX, FIX_DEFERRED, END_OF_LIFE = 2, 5, 6, 7  # states of what has no fix

NPM = 'npm::GitHub Security Advisory npm'


class Bucket(dict):
    """Names to further buckets or to values, which are written as JSON."""


def bucket(tree: dict, depth: int) -> Bucket:
    """A tree of plain dicts as buckets down to depth; below are values."""
    return Bucket({name: bucket(value, depth - 1) if depth > 1 else value
                   for name, value in tree.items()})


# Platform or ecosystem, package, vulnerability.
ADVISORIES = {
    'alpine 3.19': {
        'openssl': {'CVE-2024-0001': {'FixedVersion': '3.1.4-r5'},
                    'CVE-2024-0002': {'FixedVersion': '3.1.4-r9'},
                    'CVE-2024-0003': {}},
        'busybox': {'CVE-2023-9999': {'FixedVersion': '1.36.1-r20'},
                    'CVE-2024-0004': {'FixedVersion': '1.36.1-r15'}}},
    'debian 12': {
        'bash': {'CVE-2022-3715': {'FixedVersion': '5.2.15-3', 'VendorIDs': ['DSA-1-1']},
                 'CVE-2019-18276': {'Severity': LOW, 'Status': AFFECTED},
                 'CVE-2024-0005': {'Severity': HIGH, 'Status': WILL_NOT_FIX},
                 'CVE-2024-0006': {'Severity': MEDIUM, 'Status': FIX_DEFERRED},
                 'CVE-2024-0007': {'Severity': CRITICAL, 'Status': END_OF_LIFE}}},
    NPM: {
        'lodash': {'CVE-2021-23337': {'PatchedVersions': ['4.17.21'],
                                      'VulnerableVersions': ['<4.17.21']}}},
}
SOURCES = {
    'alpine 3.19': {'ID': 'alpine', 'Name': 'Alpine Secdb',
                    'URL': 'https://secdb.alpinelinux.org/'},
    'debian 12': {'ID': 'debian', 'Name': 'Debian Security Tracker',
                  'URL': 'https://salsa.debian.org/security-tracker-team/security-tracker'},
    NPM: {'ID': 'ghsa', 'Name': 'GitHub Security Advisory npm',
          'URL': 'https://github.com/advisories?query=type%3Areviewed+ecosystem%3Anpm'},
}


def detail(title: str, severity: int, **more) -> dict:
    names = ('UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL')
    return {'Title': title, 'Description': f'{title}. ' * 10, 'Severity': names[severity],
            **({'VendorSeverity': {'nvd': severity}} if severity else {}), **more}


SCORE = {'nvd': {'V3Vector': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'V3Score': 9.8}}
VULNERABILITIES = {
    'CVE-2024-0001': detail('openssl: first of two', HIGH, CweIDs=['CWE-787'],
                            References=['https://example.org/a', 'https://example.org/b'],
                            PublishedDate='2024-01-02T03:04:05Z'),
    'CVE-2024-0002': detail('openssl: second of two', HIGH),
    'CVE-2024-0003': detail('openssl: without a fix', MEDIUM),
    'CVE-2023-9999': detail('busybox: worst', CRITICAL, CVSS=SCORE),
    'CVE-2024-0004': detail('busybox: of unknown severity', UNKNOWN),
    'CVE-2022-3715': detail('bash: fixed', LOW, VendorSeverity={'nvd': HIGH, 'debian': LOW}),
    'CVE-2019-18276': detail('bash: affected', HIGH),
    'CVE-2024-0005': detail('bash: will not be fixed', HIGH),
    'CVE-2024-0006': detail('bash: fix deferred', MEDIUM),
    'CVE-2024-0007': detail('bash: end of life', CRITICAL),
    'CVE-2021-23337': detail('lodash: command injection', HIGH),
}


def checksum(data: bytes) -> int:
    """FNV-1a, 64 bits."""
    found = 0xcbf29ce484222325
    for byte in data:
        found = (found ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return found


def page_head(number: int, kind: int, count: int, overflow: int = 0) -> bytes:
    return struct.pack('<QHHI', number, kind, count, overflow)


def leaf(items: list) -> bytes:
    """What follows a leaf page's head: where keys and values are, then they themselves."""
    table, data = b'', b''
    size = 16 * len(items)
    for place, (flags, key, value) in enumerate(items):
        table += struct.pack('<IIII', flags, size + len(data) - 16 * place, len(key), len(value))
        data += key + value
    return table + data


class Writer:
    """A bucket is one leaf page with as many overflow pages as it needs, or stands inline in the
    one above; pages 0 and 1 are meta pages, 2 is the empty free list."""

    def __init__(self):
        self.pages = {}
        self.next = 3

    def add_leaf(self, items: list) -> int:
        body = leaf(items)
        count = -(-(16 + len(body)) // PAGE)
        number = self.next
        self.next += count
        head = page_head(number, LEAF, len(items), count - 1)
        self.pages[number] = (head + body).ljust(count * PAGE, b'\0')
        return number

    def items(self, found: Bucket) -> list:
        result = []
        for name in sorted(found, key=str.encode):
            value = found[name]
            if isinstance(value, Bucket):
                result.append((IS_BUCKET, name.encode(), self.nested(self.items(value))))
            else:
                result.append((0, name.encode(), json.dumps(value).encode()))
        return result

    def nested(self, items: list) -> bytes:
        body = leaf(items)
        if 16 + len(body) > INLINE_MAX or any(flags for flags, _, _ in items):
            return struct.pack('<QQ', self.add_leaf(items), 0)
        return struct.pack('<QQ', 0, 0) + page_head(0, LEAF, len(items)) + body

    def write(self, path: Path, root: Bucket) -> None:
        top = self.add_leaf(self.items(root))
        out = bytearray(self.next * PAGE)
        for number in (0, 1):
            meta = struct.pack('<IIIIQQQQQ', MAGIC, FORMAT, PAGE, 0, top, 0, 2, self.next, number)
            meta = page_head(number, META, 0) + meta + struct.pack('<Q', checksum(meta))
            out[number * PAGE:number * PAGE + len(meta)] = meta
        out[2 * PAGE:2 * PAGE + 16] = page_head(2, FREE_LIST, 0)
        for number, data in self.pages.items():
            out[number * PAGE:number * PAGE + len(data)] = data
        path.write_bytes(out)


def write_database(folder, updated='2026-11-23T00:00:00Z') -> Path:
    """A cache folder for --cache-dir with the database above."""
    place = Path(folder) / 'db'
    place.mkdir(parents=True, exist_ok=True)
    root = bucket(ADVISORIES, 3)
    root['data-source'] = bucket(SOURCES, 1)
    root['vulnerability'] = bucket(VULNERABILITIES, 1)
    Writer().write(place / 'trivy.db', root)
    (place / 'metadata.json').write_text(json.dumps(
        {'Version': 2, 'UpdatedAt': updated, 'DownloadedAt': updated,
         'NextUpdate': '2030-01-01T00:00:00Z'}), encoding='ascii')
    return Path(folder)
