#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror validate and schema: scanners, gates, reports, and what entries say of them."""
import datetime
import json
import os
import sys
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402

IMAGE = {'name': 'library/nginx', 'source_registry': 'registry.example', 'versions': ['1.27']}
ALLOWED = {'id': 'CVE-2026-1234', 'reason': 'not reachable', 'expires': '2999-12-31'}


def config(**changes) -> dict:
    return {'images': [dict(IMAGE)], **changes}


def entry(**changes) -> dict:
    return {'images': [{**IMAGE, **changes}]}


def defaults(**changes) -> dict:
    return config(defaults={'images': changes})


GOOD = {
    'every field of a scanner': config(scanners={'trivy': {
        'enabled': True, 'required': True, 'severity': ['CRITICAL', 'high', 'Unknown'],
        'ignore_unfixed': False, 'pkg_types': ['os', 'library'], 'timeout': '5m',
        'gate': {'mode': 'warn'}, 'offline': True, 'vex': ['./vex.json']}}),
    'short forms': config(scanners={'trivy': False, 'grype': True}),
    'a command': config(scanners={'exec': {'command': ['scan', '{reference}']}}),
    'a gate': config(gate={'fail_on': 'HIGH', 'fixable_only': True, 'mode': 'block', 'allow': [
        ALLOWED, {**ALLOWED, 'package': 'openssl'}]}),
    'reports': config(reports={'dir': './reports', 'keep': '14d'}),
    'keep in seconds': config(reports={'keep': 3600}),
    'an entry that is not scanned': entry(scan=False),
    'an entry with other settings': entry(scan={'trivy': {'severity': ['LOW']}, 'grype': False},
                                          gate={'mode': 'block'}),
    'defaults': defaults(scan={'trivy': {'timeout': 90}}, gate={'mode': 'warn', 'fail_on': 'low'}),
    'defaults turned on again': {'defaults': {'images': {'scan': False}},
                                 'images': [{**IMAGE, 'scan': True}]},
    'variables': config(scanners={'trivy': {'enabled': '${NOT_SET:-true}',
                                            'severity': ['${NOT_SET:-HIGH}']},
                                  'grype': '${NOT_SET:-false}'},
                        gate={'mode': '${NOT_SET:-block}'},
                        reports={'dir': '${NOT_SET:-x}', 'keep': '${NOT_SET:-1d}'}),
}

BAD = {
    'unknown scanner': config(scanners={'trivvy': {}}),
    'unknown scanner of an entry': entry(scan={'trivvy': False}),
    'unknown option': config(scanners={'trivy': {'ofline': True}}),
    'option of another scanner': config(scanners={'trivy': {'command': ['x']}}),
    'scanner is a word': config(scanners={'trivy': 'on'}),
    'scanner is null': config(scanners={'trivy': None}),
    'scanners is a list': config(scanners=['trivy']),
    'enabled is a word': config(scanners={'trivy': {'enabled': 'yes'}}),
    'no severity': config(scanners={'trivy': {'severity': []}}),
    'unknown severity': config(scanners={'trivy': {'severity': ['BAD']}}),
    'severity is no list': config(scanners={'trivy': {'severity': 'HIGH'}}),
    'unknown type of package': config(scanners={'trivy': {'pkg_types': ['all']}}),
    'timeout in weeks': config(scanners={'trivy': {'timeout': '1w'}}),
    'scan is a word': entry(scan='off'),
    'scan is a list': entry(scan=['trivy']),
    'variable in an entry': entry(scan='${NOT_SET:-false}'),
    'gate is a word': config(gate='block'),
    'unknown key of a gate': config(gate={'mode': 'warn', 'fail_at': 'HIGH'}),
    'unknown mode': config(gate={'mode': 'stop'}),
    'unknown mode of an entry': entry(gate={'mode': 'stop'}),
    'gate on NONE': config(gate={'mode': 'warn', 'fail_on': 'NONE'}),
    'allow is a word': config(gate={'mode': 'warn', 'allow': 'CVE-2026-1234'}),
    'allow without a reason': config(gate={'mode': 'warn', 'allow': [
        {'id': 'CVE-2026-1234', 'expires': '2999-12-31'}]}),
    'allow without an end': config(gate={'mode': 'warn', 'allow': [
        {'id': 'CVE-2026-1234', 'reason': 'x'}]}),
    'allow until a word': config(gate={'mode': 'warn', 'allow': [{**ALLOWED, 'expires': 'soon'}]}),
    'allow with an unknown key': config(gate={'mode': 'warn', 'allow': [{**ALLOWED, 'until': 1}]}),
    'gate of defaults': defaults(gate={'mode': 'warn', 'fixable': True}),
    'unknown key of reports': config(reports={'folder': 'x'}),
    'empty folder': config(reports={'dir': ''}),
    'keep in weeks': config(reports={'keep': '2w'}),
}

# A schema can't express these.
BEYOND = {
    'a day that is none': config(gate={'mode': 'warn', 'allow': [
        {**ALLOWED, 'expires': '2027-02-30'}]}),
    'a gate that blocks without a scan': config(gate={'mode': 'block'}, scanners={'trivy': False}),
    'an entry that evades a gate': {'gate': {'mode': 'block'}, **entry(scan=False)},
    'defaults that evade a gate': {'gate': {'mode': 'block'}, **defaults(scan=False)},
}

MISTAKES = [
    ('scanners:\n  trivvy: {}\n', 'unknown-scanner', 2, 3,
     ["no plugin offers the scanner 'trivvy'; found: exec, grype, ", "did you mean 'trivy'?"]),
    ('scanners:\n  trivy:\n    severty: [HIGH]\n', 'unknown-key', 3, 5, ["'severity'"]),
    ('scanners:\n  trivy:\n    severity: [HIHG]\n', 'bad-value', 3, 16, ["did you mean 'HIGH'?"]),
    ('gate: {mode: warn, mode: block}\n', 'duplicate-key', 1, 20, ['mode']),
    ('gate:\n  mode: blok\n', 'bad-value', 2, 9, ['one of warn, block']),
    ('gate: {mode: block}\nscanners: {trivy: false}\n', 'gate-without-scan', 1, 7,
     ['blocks what is not scanned', 'no scanner is enabled']),
    ('reports: {dri: x}\n', 'unknown-key', 1, 11, ["'dir'"]),
]


class Scanning(harness.TestCase):

    def validate(self, text, status=0):
        path = self.write('config.yaml', text)
        done = self.artmirror('validate', '--config', path, '--format', 'json', status=status)
        return json.loads(done.stdout)['problems']

    def test_each_mistake_is_found_with_its_place(self):
        for text, code, line, column, words in MISTAKES:
            with self.subTest(text):
                problems = self.validate(text + json.dumps(entry())[1:-1] + '\n', 2)
                self.assertEqual([(each['code'], each['line'], each['column'])
                                  for each in problems], [(code, line, column)], problems)
                for word in words:
                    self.assertIn(word, json.dumps(problems))

    def test_all_mistakes_are_found_in_one_run(self):
        problems = self.validate(
            'scanners: {trivvy: {}, trivy: {timeout: soon}}\n'
            'gate: {mode: stop, allow: [{id: CVE-1}]}\n'
            'reports: {keep: long}\n'
            'defaults: {images: {scan: {trivy: {offline: maybe}}}}\n'
            'images:\n  - {name: a, source_registry: r.example, versions: ["1"], '
            'scan: {grype: {vexx: 1}}, gate: {fail_on: bad}}\n', 2)
        errors = [(each['line'], each['code']) for each in problems if each['severity'] == 'error']
        self.assertEqual(errors, [
            (1, 'unknown-scanner'), (1, 'bad-value'), (2, 'bad-value'), (2, 'missing-field'),
            (2, 'missing-field'), (3, 'bad-value'), (4, 'wrong-type'), (6, 'unknown-key'),
            (6, 'bad-value')], problems)

    def test_a_gate_without_a_mode_is_a_warning(self):
        problems = self.validate(json.dumps(config(gate={'fail_on': 'HIGH'})))
        self.assertEqual([each['code'] for each in problems], ['no-mode'])
        self.assertIn('mode: block', problems[0]['hint'])

    def test_an_exception_that_is_over_is_a_warning(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for days, codes in ((1, ['expired']), (0, [])):
            expires = (today - datetime.timedelta(days=days)).isoformat()
            problems = self.validate(json.dumps(config(gate={
                'mode': 'warn', 'allow': [{**ALLOWED, 'expires': expires}]})))
            self.assertEqual([each['code'] for each in problems], codes)

    def test_an_option_that_is_a_secret_is_never_shown(self):
        path = self.write('config.yaml',
                          'scanners: {trivy: {server_tokn: geheimnis-1, server_token: [x]}}\n')
        done = self.artmirror('validate', '--config', path, status=2)
        self.assertNotIn('geheimnis-1', done.stdout + done.stderr)


@unittest.skipIf(jsonschema is None, 'python3-jsonschema is not installed')
class Schema(harness.TestCase):

    def compare(self, documents, by_schema, by_validate):
        schema = json.loads(self.artmirror('schema').stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for name, document in documents.items():
            with self.subTest(name):
                path = self.write('config.yaml', json.dumps(document))
                done = self.artmirror('validate', '--config', path, status=None)
                self.assertIn(done.returncode, (0, 2), done.stderr)
                self.assertEqual((validator.is_valid(document), done.returncode == 0),
                                 (by_schema, by_validate), done.stdout)

    def test_what_is_valid_passes_both(self):
        self.compare(GOOD, True, True)

    def test_what_is_wrong_fails_both(self):
        self.compare(BAD, False, False)

    def test_what_a_schema_can_not_express(self):
        self.compare(BEYOND, True, False)


if __name__ == '__main__':
    harness.main()
