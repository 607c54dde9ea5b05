# SPDX-License-Identifier: Apache-2.0
"""A tiny vulnerability database for Grype: its schema 6, as far as we fill it; Grype itself adds
the other tables, indexes and the checksum the first time that it opens one of an older client."""
import json
import os
import sqlite3
import subprocess
from pathlib import Path

BUILT = '2026-11-23T06:14:05Z'
TABLES = """
create table db_metadata (build_timestamp datetime not null, model integer not null,
  revision integer not null, addition integer not null);
create table blobs (id integer primary key autoincrement, value text not null);
create table providers (id text, version text, processor text, date_captured datetime,
  input_digest text, primary key (id));
create table vulnerability_handles (id integer primary key autoincrement, name text not null,
  status text not null, published_date datetime, modified_date datetime, withdrawn_date datetime,
  provider_id text not null, blob_id integer);
create table operating_systems (id integer primary key autoincrement, name text, release_id text,
  major_version text, minor_version text, label_version text, codename text, channel text,
  eol_date datetime, eoas_date datetime);
create table packages (id integer primary key autoincrement, ecosystem text, name text);
create table affected_package_handles (id integer primary key autoincrement,
  vulnerability_id integer not null, operating_system_id integer, package_id integer,
  blob_id integer);
create table known_exploited_vulnerability_handles (id integer primary key autoincrement,
  cve text not null, blob_id integer);
create table epss_handles (id integer primary key autoincrement, cve text not null,
  epss real not null, percentile real not null);
create table epss_metadata (date datetime not null);
create table cwe_handles (id integer primary key autoincrement, cve text not null,
  cwe text not null, source text, type text);
"""

# Provider, operating system with the end of its support, ecosystem; package, then what is wrong
# with it: id, severity, fixed version (None: there is none, '': there will be none).
ADVISORIES = {
    ('alpine', ('alpine', '3', '19', '2025-11-01'), 'apk'): {
        'openssl': [('CVE-2024-0001', 'critical', '3.1.4-r5'),
                    ('CVE-2024-0002', 'high', '3.1.4-r9'), ('CVE-2024-0003', 'medium', None)],
        'busybox': [('CVE-2024-0004', 'high', '1.36.1-r15'), ('CVE-2023-9999', 'unknown',
                                                              '1.36.1-r20')]},
    ('debian', ('debian', '12', '', '2099-01-01'), 'deb'): {
        'bash': [('CVE-2022-3715', 'high', '5.2.15-3'), ('CVE-2019-18276', 'negligible', None),
                 ('CVE-2024-0005', 'medium', '')]},
    ('github', None, 'npm'): {'lodash': [('GHSA-35jh-r3h4-6jhm', 'high', '4.17.21')]},
}
CVSS = {'GHSA-35jh-r3h4-6jhm': 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H'}  # 7.2
EXPLOITED = ['CVE-2024-0001']
EPSS = {'CVE-2024-0001': (0.92, 0.998), 'CVE-2024-0002': (0.0004, 0.12)}
CWES = {'CVE-2024-0001': ['CWE-787', 'CWE-120']}


class Database:

    def __init__(self, path):
        self.connection = sqlite3.connect(path)
        self.connection.executescript(TABLES)

    def add(self, table, **row) -> int:
        marks = ', '.join('?' * len(row))
        return self.connection.execute(
            f'insert into {table} ({", ".join(row)}) values ({marks})', [*row.values()]).lastrowid

    def blob(self, value) -> int:
        return self.add('blobs', value=json.dumps(value))

    def add_vulnerability(self, provider, name, severity) -> int:
        severities = [{'scheme': 'CHMLN', 'value': severity, 'rank': 1}]
        if name in CVSS:
            severities.append({'scheme': 'CVSS', 'source': 'security-advisories@github.com',
                               'value': {'vector': CVSS[name], 'version': '3.1'}, 'rank': 2})
        blob = self.blob({'id': name, 'description': f'About {name}.', 'severities': severities,
                          'refs': [{'url': f'https://advisory.example/{name}'}]})
        return self.add('vulnerability_handles', name=name, status='active', provider_id=provider,
                        blob_id=blob)

    def add_package(self, system, ecosystem, name, provider, advisories):
        package = self.add('packages', ecosystem=ecosystem, name=name)
        for vulnerability, severity, fixed in advisories:
            constraint = f'< {fixed}' if fixed else ''
            fix = ({'state': 'fixed', 'version': fixed} if fixed
                   else {'state': 'not-fixed' if fixed is None else 'wont-fix'})
            kind = ecosystem if system else 'semver'
            self.add('affected_package_handles',
                     vulnerability_id=self.add_vulnerability(provider, vulnerability, severity),
                     operating_system_id=system, package_id=package,
                     blob_id=self.blob({'ranges': [{'version': {'type': kind,
                                                                'constraint': constraint},
                                                    'fix': fix}]}))

    def fill(self):
        self.add('db_metadata', build_timestamp='2026-11-23 06:14:05+00:00', model=6, revision=1,
                 addition=6)
        for (provider, system, ecosystem), packages in ADVISORIES.items():
            self.add('providers', id=provider, version='1', processor='tests',
                     date_captured='2026-11-22 00:00:00+00:00')
            number = system and self.add(
                'operating_systems', name=system[0], release_id=system[0],
                major_version=system[1], minor_version=system[2], label_version='', codename='',
                channel='', eol_date=f'{system[3]} 00:00:00+00:00')
            for name, advisories in packages.items():
                self.add_package(number, ecosystem, name, provider, advisories)
        for cve in EXPLOITED:
            self.add('known_exploited_vulnerability_handles', cve=cve,
                     blob_id=self.blob({'cve': cve, 'known_ransomware_campaign_use': 'Unknown'}))
        self.add('epss_metadata', date='2026-11-22 00:00:00+00:00')
        for cve, (score, percentile) in EPSS.items():
            self.add('epss_handles', cve=cve, epss=score, percentile=percentile)
        for cve, cwes in CWES.items():
            for cwe in cwes:
                self.add('cwe_handles', cve=cve, cwe=cwe, source='nvd@nist.gov', type='Primary')
        self.connection.commit()
        self.connection.close()


def environment(cache) -> dict:
    """What a Grype of the tests' own gets, so that it stays offline."""
    return {'PATH': os.environ['PATH'], 'HOME': str(cache), 'NO_COLOR': '1',
            'GRYPE_DB_CACHE_DIR': str(cache), 'GRYPE_DB_AUTO_UPDATE': 'false',
            'GRYPE_DB_VALIDATE_AGE': 'false', 'GRYPE_CHECK_FOR_APP_UPDATE': 'false'}


def write_database(folder, program) -> Path:
    """A cache folder for this Grype."""
    folder = Path(folder)
    place = folder / '6'
    place.mkdir(parents=True)
    Database(place / 'vulnerability.db').fill()
    (place / 'import.json').write_text('{"digest": "xxh64:0", "client_version": "v6.0.0"}',
                                       encoding='ascii')
    subprocess.run([program, 'db', 'providers'], check=True, capture_output=True,
                   env=environment(folder))
    return folder
