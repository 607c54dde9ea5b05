#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SARIF, JUnit XML, CSV and Markdown of `artmirror report`, read by independent programs: the OASIS
schema, Python's XML and CSV readers, GitHub's Markdown renderer where it is installed."""
import csv
import gzip
import html.parser
import json
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

try:
    import jsonschema
except ImportError:
    jsonschema = None

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import harness
import run_reports as made

SCHEMA = harness.SRCDIR / 'tests' / 'data' / 'sarif-2.1.0.schema.json'
HOSTILE = ('::error::x\n::set-output name=a::b\r\n##[error]y|`pipe` ``two`` <script>alert(1)</script> '
           '@octocat owner/repo#1 [a](http://evil.example) ![b](c) "q" \'r\' ]]> </code></details> '
           '\x1b[31m\x01 \u202e \ufffe \u0085 &amp; %0A www.evil.example me@evil.example \\')
JUNIT = {  # attributes that Jenkins and Surefire know
    'testsuites': {'name', 'tests', 'failures', 'errors', 'time'},
    'testsuite': {'name', 'tests', 'failures', 'errors', 'skipped', 'time', 'timestamp'},
    'testcase': {'classname', 'name', 'time'}, 'properties': set(), 'property': {'name', 'value'},
    'failure': {'type', 'message'}, 'error': {'type', 'message'}, 'skipped': {'message'}}


def sample() -> dict:
    found = [made.finding('CVE-2026-1', 'CRITICAL', violates=True),
             made.finding('CVE-2026-2', 'HIGH', allowed='accepted, "for now"'),
             made.finding('CVE-2026-3', 'HIGH', suppressed={
                 'status': 'not_affected', 'statement': 'no code path', 'source': 'vex'}),
             made.finding('CVE-2026-4', 'MEDIUM', 'log4j', pkg__class='lang',
                          pkg__path='/opt/app/a b.jar')]
    return made.run([
        made.job('library/app', '1.0', scans=[
            made.scan(found, gate=made.gate('warn', 'warn', violations=1)),
            made.scan(platform='linux/arm64', status='failed', message='no database', hint='get it')]),
        made.job('library/clean', '2', 'unchanged', scans=[made.scan()]),
        made.job('library/late', '3', 'unchanged', scans=[
            made.scan(status='timeout', message='out of time')]),
        made.job('library/aside', '4', 'unchanged', scans=[
            made.scan(status='skipped', message='not installed')]),
        made.job('library/held', '5', 'blocked', error={
            'code': 'policy', 'message': '1 CRITICAL', 'hint': None, 'where': None}),
        made.job('library/bad', '6', 'failed', error={
            'code': 'auth', 'message': 'denied', 'hint': 'log in', 'where': 'registry.example'})],
        exit_code=1)


def hostile() -> dict:
    found = [made.finding(HOSTILE, 'CRITICAL', HOSTILE, HOSTILE, HOSTILE, title=HOSTILE,
                          description=HOSTILE * 100, url=HOSTILE, pkg__path=HOSTILE,
                          pkg__type=HOSTILE, pkg__purl=HOSTILE, cwe=[HOSTILE], allowed=HOSTILE),
             made.finding('CVE-1', 'HIGH', suppressed={
                 'status': HOSTILE, 'statement': HOSTILE, 'source': HOSTILE}),
             made.finding('CVE-2', 'HIGH', title='t' * 1000000,
                          url='https://x.example/)|<b>`"\'](y) z')]
    system = {'family': HOSTILE, 'version': HOSTILE, 'eol': True, 'known': True}
    error = {'code': 'network', 'message': HOSTILE, 'hint': HOSTILE, 'where': HOSTILE}
    return made.run([
        made.job(HOSTILE, HOSTILE, 'failed', error=error, policy=error, notes=[HOSTILE], scans=[
            made.scan(found, platform=HOSTILE, os=system),
            made.scan(platform='b', status='failed', message=HOSTILE, hint=HOSTILE)]),
        made.job('=1+1', '-2', scans=[made.scan(found[1:2])])],
        exit_code=1, notices=[HOSTILE])


def many(images, tags, findings) -> dict:
    """As many images, tags of each, and findings of each tag, all of them different."""
    jobs = []
    for number in range(images * tags):
        name, tag = f'library/app{number // tags}', str(number % tags)
        scan = made.scan([made.finding(f'CVE-2026-{number * findings + i}',
                                       ('CRITICAL', 'HIGH', 'MEDIUM')[i % 3], f'package{i}')
                          for i in range(findings)])
        scan['findings'].sort(key=lambda row: made.RANKS.index(row['severity']), reverse=True)
        scan['target']['repository'] = f'registry.example/m/{name}'
        jobs.append(made.job(name, tag, scans=[scan]))
    return made.run(jobs)


class Render(harness.TestCase):
    def render(self, document, form) -> bytes:
        path, out = made.write(self.tmp / 'run.json', document), self.tmp / 'out'
        self.artmirror('report', path, '--format', form, '--output', out)
        content = out.read_bytes()
        self.assertNotIn(b'##[', content)
        self.assertNotRegex(content, rb'(?m)^[\s\x80-\xff]*::')
        self.assertNotRegex(content, rb'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')
        self.assertNotIn('\u202e', content.decode())
        self.artmirror('report', path, '--format', form, '--output', out)
        self.assertEqual(out.read_bytes(), content, 'the same report, but other bytes')
        return content


class Sarif(Render):
    def sarif(self, document) -> list:
        content = self.render(document, 'sarif')
        log = json.loads(content)
        if jsonschema is not None:
            schema = json.loads(SCHEMA.read_text(encoding='utf-8'))
            part = json.loads(content)
            for run in part['runs']:  # checking 5,000 takes half a minute
                del run['results'][100:], run['tool']['driver']['rules'][100:]
            errors = [f'{"/".join(map(str, each.absolute_path))}: {each.message}'
                      for each in jsonschema.Draft4Validator(schema).iter_errors(part)]
            self.assertEqual(errors[:5], [])
        self.within_the_limits(log['runs'], content)
        for run in log['runs']:
            self.run_is_sound(run)
        return log['runs']

    def within_the_limits(self, runs, content):
        self.assertLessEqual(len(runs), 20)
        self.assertLess(len(gzip.compress(content)), 10_000_000)
        ids = [run['automationDetails']['id'] for run in runs]
        self.assertEqual(len(set(ids)), len(ids))
        for each in ids:
            self.assertTrue(each.startswith('artmirror/') and each.endswith('/'), each)

    def run_is_sound(self, run):
        rules = run['tool']['driver']['rules']
        self.assertEqual(len({rule['id'] for rule in rules}), len(rules))
        self.assertLessEqual(len(run['results']), 5000)
        for rule in rules:
            self.assertLessEqual(len(rule['properties']['tags']), 10)
            self.assertRegex(rule['properties']['security-severity'], r'^\d+\.\d$')
            for text in (rule['shortDescription'], rule['fullDescription'], rule['help']):
                self.assertTrue(0 < len(text['text']) <= 2000)
                self.assertNotRegex(text['text'], r'[^\\]\]\(')
        for result in run['results']:
            self.assertEqual(rules[result['ruleIndex']]['id'], result['ruleId'])
            self.assertRegex(result['partialFingerprints']['artmirror/v1'], r'^[0-9a-f]{64}$')
            self.assertNotRegex(result['message']['text'], r'[^\\]\]\(')
            self.assertLess(len(result['message']['text']), 3000)
            place = result['locations'][0]['physicalLocation']['artifactLocation']
            self.assertRegex(place['uri'], r'^([A-Za-z0-9._~/+@-]|%[0-9A-F]{2})+$')
            self.assertIn(place['uriBaseId'], run['originalUriBaseIds'])

    def test_runs_and_results(self):
        runs = self.sarif(sample())
        self.assertEqual([run['properties']['status'] for run in runs],
                         ['ok', 'failed', 'ok', 'timeout'])
        self.assertEqual([run['invocations'][0]['executionSuccessful'] for run in runs],
                         [True, False, True, False])
        results = runs[0]['results']
        self.assertEqual([(each['ruleId'], each['level']) for each in results],
                         [('CVE-2026-1', 'error'), ('CVE-2026-2', 'error'), ('CVE-2026-3', 'error'),
                          ('CVE-2026-4', 'warning')])
        self.assertEqual([[each['justification'] for each in row['suppressions']]
                          for row in results],
                         [[], ['accepted, "for now"'], ['not_affected: no code path'], []])
        self.assertEqual(results[3]['locations'][0]['physicalLocation']['artifactLocation']['uri'],
                         'opt/app/a%20b.jar')

    def test_hostile(self):
        runs = self.sarif(hostile())
        self.assertEqual([len(run['results']) for run in runs], [3, 0, 1])
        links = [rule.get('helpUri') for rule in runs[0]['tool']['driver']['rules']]
        self.assertIsNone(links[0])
        self.assertEqual(links[2], 'https://x.example/%29%7C%3Cb%3E%60%22%27%5D%28y%29%20z')

    def test_more_than_twenty_images(self):
        runs = self.sarif(many(7, 3, 5))
        self.assertEqual([run['automationDetails']['id'] for run in runs],
                         [f'artmirror/registry.example/m/library/app{i}/' for i in range(7)])
        self.assertEqual([len(run['results']) for run in runs], [15] * 7)
        self.assertEqual([len(run['properties']['images']) for run in runs], [3] * 7)
        runs = self.sarif(many(30, 1, 5))
        self.assertEqual([run['automationDetails']['id'] for run in runs], ['artmirror/'])
        self.assertEqual(len(runs[0]['results']), 150)

    def test_twenty_thousand_findings(self):
        (run,) = self.sarif(many(1, 1, 20000))
        self.assertEqual(len(run['results']), 5000)
        self.assertEqual({each['properties']['severity'] for each in run['results']}, {'CRITICAL'})
        self.assertEqual(run['properties']['leftOut'], 15000)
        self.assertIn('15000 of the least severe', json.dumps(run['invocations']))

    def test_nothing_was_scanned(self):
        self.assertEqual(self.sarif(made.run([made.job('a')])), [])


class Junit(Render):
    def junit(self, document) -> list:
        root = ElementTree.fromstring(self.render(document, 'junit'))
        self.assertEqual(root.tag, 'testsuites')
        for element in root.iter():
            self.assertLessEqual(set(element.attrib), JUNIT[element.tag], element.tag)
        suites = list(root)
        for suite in suites:
            self.assertEqual(suite.tag, 'testsuite')
            self.assertRegex(suite.get('time'), r'^\d+\.\d{3}$')
            self.assertRegex(suite.get('timestamp'), r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$')
            self.counts(suite, suite.findall('testcase'))
        for name in ('tests', 'failures', 'errors'):
            self.assertEqual(int(root.get(name)), sum(int(each.get(name)) for each in suites))
        return suites

    def counts(self, suite, cases):
        self.assertEqual(int(suite.get('tests')), len(cases))
        for name, element in (('failures', 'failure'), ('errors', 'error'), ('skipped', 'skipped')):
            self.assertEqual(int(suite.get(name)),
                             sum(case.find(element) is not None for case in cases), name)
        for case in cases:
            self.assertLessEqual(len(case), 1)

    def outcomes(self, suite):
        return [(case.get('name'), case[0].tag if len(case) else 'passed')
                for case in suite.findall('testcase')]

    def test_suites(self):
        suites = self.junit(sample())
        self.assertEqual([suite.get('name') for suite in suites], [
            'mirror', 'library/app:1.0 linux/amd64 (Trivy)', 'library/app:1.0 linux/arm64 (Trivy)',
            'library/clean:2 linux/amd64 (Trivy)', 'library/late:3 linux/amd64 (Trivy)',
            'library/aside:4 linux/amd64 (Trivy)'])
        self.assertEqual([each for _, each in self.outcomes(suites[0])],
                         ['passed'] * 4 + ['failure', 'error'])
        self.assertEqual([each for _, each in self.outcomes(suites[1])],
                         ['failure', 'skipped', 'skipped', 'failure'])
        self.assertEqual(self.outcomes(suites[2]), [('scan', 'error')])
        self.assertEqual(self.outcomes(suites[3]), [('no findings', 'passed')])
        self.assertEqual(self.outcomes(suites[4]), [('scan', 'error')])
        self.assertEqual(self.outcomes(suites[5]), [('scan', 'skipped')])
        self.assertEqual(suites[1].find('testcase/failure').get('type'), 'CRITICAL')

    def test_hostile(self):
        suites = self.junit(hostile())
        self.assertEqual([len(suite.findall('testcase')) for suite in suites], [2, 3, 1, 1])
        name = suites[1].find('testcase').get('name')
        self.assertIn('<script>alert(1)</script>', name)
        self.assertNotIn('\n', name)

    def test_twenty_thousand_findings(self):
        self.assertEqual(self.junit(many(1, 1, 20000))[1].get('failures'), '20000')


class Csv(Render):
    def rows(self, document) -> list:
        content = self.render(document, 'csv').decode()
        self.assertNotIn('\n', content.replace('\r\n', ''))
        rows = list(csv.reader(content.splitlines(keepends=True), strict=True))
        for row in rows:
            self.assertEqual(len(row), len(rows[0]))
            for cell in row:
                self.assertNotRegex(cell, r'^\s*[=+@\t\r\uff1d\uff0b\uff20-]')
        return [dict(zip(rows[0], row)) for row in rows[1:]]

    def test_rows(self):
        rows = self.rows(sample())
        self.assertEqual([(row['image'], row['status'], row['id']) for row in rows], [
            ('library/app', 'ok', 'CVE-2026-1'), ('library/app', 'ok', 'CVE-2026-2'),
            ('library/app', 'ok', 'CVE-2026-3'), ('library/app', 'ok', 'CVE-2026-4'),
            ('library/app', 'failed', ''), ('library/late', 'timeout', ''),
            ('library/aside', 'skipped', '')])
        self.assertEqual(rows[1]['allowed'], 'accepted, "for now"')
        self.assertEqual(rows[2]['suppressed'], 'not_affected: no code path')
        self.assertEqual(rows[0]['violates'], 'yes')
        self.assertEqual(rows[4]['error'], 'no database; hint: get it')

    def test_hostile(self):
        rows = self.rows(hostile())
        self.assertEqual(len(rows), 5)
        self.assertEqual(rows[4]['image'], "'=1+1")
        self.assertEqual(rows[4]['version'], "'-2")

    def test_twenty_thousand_findings(self):
        self.assertEqual(len(self.rows(many(1, 1, 20000))), 20000)


class Elements(html.parser.HTMLParser):
    """What a renderer made of Markdown: elements, addresses, and text that is not in code."""

    def __init__(self, text):
        super().__init__()
        self.names, self.addresses, self.plain, self.open = [], [], '', []
        self.cells = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.open.append(tag)
        self.addresses += [value for name, value in attrs if name in ('href', 'src')]
        if tag == 'tr':
            self.cells.append(0)
        if tag in ('td', 'th'):
            self.cells[-1] += 1

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if 'code' not in self.open:
            self.plain += data


class Markdown(Render):
    def elements(self, text) -> Elements:
        if not shutil.which('cmark-gfm'):
            self.skipTest('cmark-gfm is not installed')
        rendered = subprocess.run(
            ['cmark-gfm', '--unsafe', '-e', 'table', '-e', 'autolink', '-e', 'strikethrough', '-e',
             'tasklist'], input=text, stdout=subprocess.PIPE, check=True, encoding='utf-8').stdout
        return Elements(rendered)

    def test_sample(self):
        text = self.render(sample(), 'markdown').decode()
        for part in ('# artmirror `mirror`: failed (exit code 1)\n', '## Failures\n', '## Scans\n',
                     '## Jobs\n', '## Findings\n', '| `library/app:1.0` | `linux/amd64` |',
                     '| failed | failed | failed |', '| timeout | timeout | timeout |',
                     '| skipped | skipped | skipped |', '(blocked)', '(auth)', '  - hint: `log in`'):
            self.assertIn(part, text)

    def test_hostile_text_is_no_markup(self):
        text = self.render(hostile(), 'markdown').decode()
        seen = self.elements(text)
        self.assertLessEqual(set(seen.names), {
            'h1', 'h2', 'p', 'ul', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'a',
            'strong', 'details', 'summary'})
        self.assertEqual({address.split('/')[2] for address in seen.addresses}, {'x.example'})
        for part in ('@', 'octocat', 'evil', 'script', '#1'):
            self.assertNotIn(part, seen.plain)
        self.assertLessEqual(set(seen.cells), {6, 8})

    def test_sample_renders(self):
        seen = self.elements(self.render(sample(), 'markdown').decode())
        self.assertEqual(seen.names.count('details'), 1)
        self.assertEqual(seen.names.count('table'), 3)
        self.assertNotIn('|', seen.plain)


if __name__ == '__main__':
    harness.main()
