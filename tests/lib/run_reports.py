# SPDX-License-Identifier: Apache-2.0
"""Run reports of any shape, as docs/run-report.md describes them, from arguments alone."""
import hashlib
import json
from datetime import datetime, timedelta, timezone

BEGIN = datetime(2026, 11, 24, 6, 5, 7, tzinfo=timezone.utc)
RANKS = ['NONE', 'UNKNOWN', 'NEGLIGIBLE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']
DEFAULT = ['CRITICAL', 'HIGH', 'MEDIUM']


def at(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).strftime('%Y-%m-%dT%H:%M:%S.%f')[:-3] + 'Z'


def digest(seed) -> str:
    return 'sha256:' + hashlib.sha256(str(seed).encode()).hexdigest()


def finding(identifier, severity='HIGH', package='openssl', version='3.1.4-r1', fixed='3.1.4-r5',
            **more) -> dict:
    """A finding that is shown; keys with a dot reach into its parts (`pkg.path`)."""
    made = {'id': identifier, 'url': f'https://avd.aquasec.com/nvd/{identifier.lower()}',
            'title': f'{package}: a title', 'severity': severity,
            'pkg': {'class': 'os', 'type': 'alpine', 'name': package, 'version': version},
            'fix': {'state': 'fixed' if fixed else 'affected',
                    'versions': [fixed] if fixed else []},
            'kev': False, 'suppressed': None, 'fingerprint': digest(identifier)[7:],
            'shown': True, 'violates': False, 'allowed': None}
    for name, value in more.items():
        place, _, member = name.rpartition('__')
        (made[place] if place else made)[member] = value
    return made


def counts(findings) -> dict:
    counted = [each for each in findings if not each['suppressed']]

    def by_severity(rows):
        return {name: sum(row['severity'] == name for row in rows) for name in reversed(RANKS)}
    return {'total': len(counted), 'by_severity': by_severity(counted),
            'fixable_by_severity': by_severity([row for row in counted
                                                if row['fix']['state'] == 'fixed']),
            'unique_ids': len({row['id'] for row in counted}),
            'suppressed': len(findings) - len(counted)}


def scan(findings=(), platform='linux/amd64', status='ok', message=None, hint=None, gate=None,
         unfiltered=0, **more) -> dict:
    """unfiltered: how many findings more there are without the filter."""
    findings = list(findings)
    ok = status == 'ok'
    everything = counts(findings)
    everything['total'] += unfiltered
    everything['by_severity']['LOW'] += unfiltered
    error = None if ok else {'code': 'timeout' if status == 'timeout' else 'internal',
                             'message': message, 'hint': hint, 'where': None}
    made = {'schema': 'artmirror.scan/1',
            'scanner': {'plugin': 'trivy', 'name': 'Trivy', 'version': '0.65.0', 'inputs': None,
                        'db': {'version': '2', 'updated_at': at(-20000),
                               'next_update': at(60000)}},
            'target': {'source_ref': None, 'target_ref': None, 'repository': 'registry.example/m',
                       'tag': None, 'index_digest': None,
                       'manifest_digest': digest((platform, len(findings))), 'platform': platform},
            'os': {'family': 'alpine', 'version': '3.19.1', 'eol': False, 'known': True},
            'status': status, 'error': error, 'started': at(4), 'finished': at(6), 'cached': False,
            'raw': None, 'required': False,
            'filter': {'severities': DEFAULT, 'ignore_unfixed': True,
                       'pkg_classes': ['os', 'lang', 'other'], 'by': 'artmirror'},
            'counts': counts([row for row in findings if row['shown']]) if ok else None,
            'unfiltered': everything if ok else None, 'gate': gate, 'findings': findings}
    made.update(more)
    return made


def gate(verdict, mode='block', fail_on='CRITICAL', violations=0) -> dict:
    return {'mode': mode, 'fail_on': fail_on, 'fixable_only': True, 'verdict': verdict,
            'violations': violations, 'allowed': 0}


def spans(worker, begin, *phases) -> list:
    """phases: (name, seconds)."""
    made = []
    for name, seconds in phases:
        made.append({'phase': name, 'worker': worker, 'start': at(begin),
                     'end': at(begin + seconds)})
        begin += seconds
    return made


def job(name, version='1.0', status='created', begin=0.0, seconds=5.0, worker=0, sent=0, mounted=0,
        present=0, scans=(), error=None, **more) -> dict:
    work = [('resolve', seconds * .1), ('compare', seconds * .1), ('plan', seconds * .05),
            ('transfer', seconds * .5), ('manifests', seconds * .05), ('tag', seconds * .1),
            ('verify', seconds * .1)]
    made = {'key': {'section': 'images', 'fields': {'name': name}, 'version': version,
                    'target': 'registry.example/m'},
            'name': name, 'status': status, 'start': at(begin), 'end': at(begin + seconds),
            'source': {'reference': f'docker.io/{name}:{version}',
                       'digest': digest((name, version))},
            'target': {'reference': f'registry.example/m/{name}:{version}',
                       'digest': digest((name, version)), 'previous_digest': None},
            'platforms': [{'platform': 'linux/amd64', 'digest': digest((name, 'amd64'))},
                          {'platform': 'linux/arm64', 'digest': digest((name, 'arm64'))}],
            'bytes': {'sent': sent, 'mounted': mounted, 'present': present},
            'blobs': {'sent': 4 if sent else 0, 'mounted': 2 if mounted else 0,
                      'present': 3 if present else 0},
            'manifests_sent': 3 if sent else 0, 'counted_pulls': 1,
            'referrers': {'copied': 0, 'present': 0},
            'requests': [{'origin': 'https://registry.example', 'requests': 14, 'retries': 1,
                          'bytes_sent': sent, 'bytes_received': 2000}],
            'spans': spans(worker, begin, *work), 'error': error, 'policy': None, 'notes': [],
            'scans': list(scans)}
    made.update(more)
    return made


def run(jobs, command='mirror', exit_code=0, seconds=None, **more) -> dict:
    jobs = list(jobs)
    made = {'schema': 'artmirror.run/1', 'id': '20261124T060507Z-1a2b3c4d', 'version': '0.1.0',
            'command': command, 'config': {'origin': './configs', 'files': []},
            'targets': ['registry.example/m'], 'start': at(0), 'end': at(seconds or 20),
            'exit_code': exit_code, 'interrupted': False, 'budgets': [], 'notices': [],
            'jobs': jobs}
    made.update(more)
    return made


def write(path, document) -> str:
    path.write_text(json.dumps(document), encoding='utf-8')
    return str(path)
