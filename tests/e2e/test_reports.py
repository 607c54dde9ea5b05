#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror report, and the folder of --report-dir."""
import csv
import io
import json
import os
import re
import sys
import xml.etree.ElementTree
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import harness
import images
import run_reports as made
import runner
from scenario import Scenario

FORMATS = ('text', 'markdown', 'html', 'sarif', 'junit', 'csv')
RUN_FILES = {'run.json', 'report.html', 'report.md', 'findings.sarif', 'findings.csv', 'junit.xml'}
MARKER = '.artmirror-reports'
HOSTILE = ['::error::x', '  ::add-mask::x', 'a\n::error::b', '%0A::error::c', '##[error]d',
           'e|f|g', '<script>alert(1)</script>', '"><img src=x onerror=y>', '\x1b[31mred\x1b[0m',
           'x\ry', '\u202egnp.exe', '`z` **b** [l](javascript:x)', '=1+1', ']]>', '\x85::error::n']


class Elements(HTMLParser):
    """Names of elements and attributes, and every address."""

    def __init__(self, text):
        super().__init__()
        self.names, self.attributes, self.addresses = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ('href', 'src'):
                self.addresses.append(value)


class ReportCommand(harness.TestCase):
    """artmirror report RUN.json --format …"""

    def report(self, document, *args, **how):
        path = made.write(self.tmp / 'run.json', document)
        return self.artmirror('report', path, *args, **how).stdout

    def sample(self):
        found = [made.finding('CVE-2026-0001', 'CRITICAL'), made.finding('CVE-2026-0002', 'HIGH')]
        return made.run([
            made.job('nginx', '1.25.0', sent=1000, scans=[made.scan(found)]),
            made.job('redis', '7.2', 'unchanged', scans=[
                made.scan(status='failed', message='no such host')]),
            made.job('gone', '1', 'failed', error={
                'code': 'not found', 'message': 'gone:1 is not there', 'hint': 'look',
                'where': None})], exit_code=4)

    def test_text_is_the_default(self):
        text = self.report(self.sample())
        self.assertEqual(text, self.report(self.sample(), '--format', 'text'))
        for part in ('nginx:1.25.0', 'created', 'CRITICAL', 'gone:1 is not there', 'hint: look'):
            self.assertIn(part, text)
        self.assertNotIn('redis:7.2 ', text.split('CRITICAL')[0])
        self.assertIn('redis:7.2', self.report(self.sample(), '--verbose'))

    def test_color(self):
        self.assertNotIn('\x1b[', self.report(self.sample()))
        self.assertIn('\x1b[', self.report(self.sample(), '--color', 'always'))
        self.report(self.sample(), '--color=always', '--output', self.tmp / 'text')
        self.assertNotIn('\x1b[', (self.tmp / 'text').read_text())

    def test_every_format_is_what_it_says(self):
        document = self.sample()
        self.assertIn('|', self.report(document, '--format', 'markdown'))
        html = self.report(document, '--format', 'html')
        self.assertTrue(html.lower().startswith('<!doctype html>'))
        self.assertIn('CVE-2026-0001', html)
        sarif = json.loads(self.report(document, '--format', 'sarif'))
        self.assertEqual(sarif['version'], '2.1.0')
        self.assertEqual([result['ruleId'] for run in sarif['runs']
                          for result in run.get('results', [])],
                         ['CVE-2026-0001', 'CVE-2026-0002'])
        junit = xml.etree.ElementTree.fromstring(self.report(document, '--format', 'junit'))
        self.assertIn(junit.tag, ('testsuites', 'testsuite'))
        rows = list(csv.DictReader(io.StringIO(self.report(document, '--format', 'csv'))))
        self.assertEqual([row['id'] for row in rows if row['id']],
                         ['CVE-2026-0001', 'CVE-2026-0002'])

    def test_output_is_a_file(self):
        for form in FORMATS:
            path = self.tmp / f'out.{form}'
            printed = self.report(self.sample(), '--format', form)
            self.assertEqual(self.report(self.sample(), '--format', form, '--output', path), '')
            self.assertEqual(path.read_text(encoding='utf-8').splitlines(), printed.splitlines())
            self.assertEqual(printed, self.report(self.sample(), f'--format={form}', '--output', '-'))

    def test_standard_input(self):
        text = json.dumps(self.sample())
        self.assertEqual(self.artmirror('report', '-', input=text).stdout,
                         self.report(self.sample()))

    def test_a_plan_is_shown_as_a_plan(self):
        jobs = [made.job('nginx', '1', 'would create', sent=1000)]
        text = self.report(made.run(jobs, command='plan'))
        self.assertIn('ACTION', text)
        self.assertIn('create', text)

    def test_nothing_at_all(self):
        for form in FORMATS:
            self.report(made.run([]), '--format', form)

    def mistake(self, *args, status=2, said='', **how):
        done = self.artmirror('report', *args, status=status, **how)
        self.assertIn(said, done.stderr)
        self.assertEqual(done.stdout, '')

    def test_mistakes(self):
        good = made.write(self.tmp / 'good.json', self.sample())
        self.mistake(said='no run report given')
        self.mistake(good, 'more', said="'more'")
        self.mistake(good, '--format', 'htlm', said="did you mean 'html'?")
        self.mistake(good, '--format', 'json', said='not one of text')
        self.mistake(good, '--output', '', said='names no file')
        self.mistake(self.tmp / 'absent.json', said='absent.json')
        self.mistake(self.tmp, status=(2, 8), said=str(self.tmp))
        self.mistake(good, '--output', self.tmp, status=8, said=str(self.tmp))
        self.mistake(good, '--output', self.tmp / 'no' / 'folder', status=8)
        for text in ('', '{', '[]', 'null', '{"schema": "artmirror.run/1"}',
                     '{"schema": "artmirror.run/2", "jobs": []}', '\x00', '[' * 100000):
            self.mistake(self.write('bad.json', text), status=(2, 8), said='bad.json')

    def hostile(self):
        jobs = []
        for number, text in enumerate(HOSTILE):
            found = made.finding(text, 'CRITICAL', package=text, version=text, fixed=text,
                                 title=text, url=text, description=text, pkg__path=text)
            jobs.append(made.job(text, text, 'failed' if number % 2 else 'created',
                                 scans=[made.scan([found], platform=text)], notes=[text],
                                 error={'code': 'internal', 'message': text, 'hint': text,
                                        'where': text} if number % 2 else None))
            jobs[-1]['scans'].append(made.scan(status='failed', message=text, hint=text,
                                               platform=text))
        return made.run(jobs, notices=HOSTILE, targets=HOSTILE)

    def test_hostile_text_stays_text(self):
        """The harness looks for control bytes and commands in all that is printed."""
        for form in FORMATS:
            text = self.report(self.hostile(), '--format', form)
            self.assertEqual(runner.commands(text), [], form)
            self.assertNotIn('\u202e', text, form)
            self.assertFalse(re.search('[\x80-\x9f]', text), form)

    def test_hostile_text_in_html(self):
        hostile = Elements(self.report(self.hostile(), '--format', 'html'))
        tame = Elements(self.report(self.sample(), '--format', 'html'))
        self.assertEqual(hostile.names.count('script'), tame.names.count('script'))
        self.assertNotIn('img', hostile.names)
        self.assertFalse({name for name in hostile.attributes if name.startswith('on')})
        self.assertFalse([address for address in hostile.addresses
                          if address.lower().startswith('javascript')])

    def test_hostile_text_in_documents(self):
        json.loads(self.report(self.hostile(), '--format', 'sarif'))
        xml.etree.ElementTree.fromstring(self.report(self.hostile(), '--format', 'junit'))
        rows = list(csv.reader(io.StringIO(self.report(self.hostile(), '--format', 'csv'))))
        self.assertEqual({len(row) for row in rows}, {len(rows[0])})
        self.assertFalse([cell for row in rows for cell in row if cell[:1] in ('=', '+', '-', '@')])

    def test_a_title_of_a_megabyte(self):
        found = made.finding('CVE-2026-0001', title='x' * (1 << 20))
        for form in FORMATS:
            self.report(made.run([made.job('a', scans=[made.scan([found])])]), '--format', form)


class Rendered(Scenario):
    """What a run printed is what its report shows."""

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.source.seed(images.multi_platform('app'), 'app', '1', '2')
        self.path = self.config([self.entry(self.source, 'app', '1', '2', 'gone')],
                                f'{self.target.address}/m', run={'retries': 0, 'parallel': 1})

    def test_mirror(self):
        run = self.tmp / 'run.json'
        done = self.artmirror('mirror', '--config', self.path, '--report', run, '--no-scan',
                              status=4)
        self.assertEqual(self.artmirror('report', run).stdout, done.stdout)

    def test_plan(self):
        done = self.artmirror('plan', '--config', self.path, status=(0, 4))
        document = self.artmirror('plan', '--config', self.path, '--format', 'json',
                                  status=done.returncode).stdout
        self.assertEqual(self.artmirror('report', self.write('plan.json', document)).stdout,
                         done.stdout)


class Folder(Scenario):
    """--report-dir"""

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        self.source.seed(images.multi_platform('app'), 'app', '1')
        self.path = self.config([self.entry(self.source, 'app', '1')],
                                f'{self.target.address}/m')
        self.folder = self.tmp / 'reports'

    def run_once(self, *args, status=0, **how):
        return self.artmirror('mirror', '--config', self.path, '--no-scan', '--report-dir',
                              self.folder, *args, status=status, **how)

    def names(self) -> set:
        return set(os.listdir(self.folder))

    def earlier(self) -> list:
        return sorted(path for path in self.folder.iterdir() if path.is_dir())

    def test_the_files_of_a_run(self):
        self.run_once()
        self.assertEqual(self.names(), RUN_FILES | {MARKER})
        run = json.loads((self.folder / 'run.json').read_text(encoding='utf-8'))
        self.assertEqual(run['jobs'][0]['status'], 'created')
        for name, form in (('report.html', 'html'), ('report.md', 'markdown'),
                           ('findings.sarif', 'sarif'), ('findings.csv', 'csv'),
                           ('junit.xml', 'junit')):
            again = self.artmirror('report', self.folder / 'run.json', '--format', form).stdout
            self.assertEqual((self.folder / name).read_text(encoding='utf-8').splitlines(),
                             again.splitlines(), name)

    def test_earlier_runs_are_kept_below(self):
        self.run_once()
        first = (self.folder / 'run.json').read_bytes()
        self.run_once()
        moved, = self.earlier()
        start = json.loads(first)['start']
        self.assertEqual(moved.name, re.sub(r'[-:]|\.\d+', '', start))
        self.assertEqual((moved / 'run.json').read_bytes(), first)
        self.assertEqual(self.names(), RUN_FILES | {MARKER, moved.name})
        self.run_once()
        self.assertEqual(len(self.earlier()), 2)

    def age(self, path, days):
        """As if the run had been so many days ago."""
        marker = path / MARKER
        text = json.loads(marker.read_text(encoding='utf-8'))
        text['start_ms'] -= days * 86400000
        marker.write_text(json.dumps(text), encoding='utf-8')

    def test_retention(self):
        for days in (40, 20, 0):
            self.run_once('--keep-reports', '0')
            self.age(self.folder, days)
        self.assertEqual(len(self.earlier()), 2)
        self.write('reports/20200101T000000Z/run.json', 'not ours')
        self.run_once('--keep-reports', '365d')
        self.assertEqual(len(self.earlier()), 4)
        self.run_once()
        self.assertEqual(len(self.earlier()), 4)  # one of 40 days fewer, that before one more
        self.run_once('--keep-reports', '1d')
        self.assertEqual(len(self.earlier()), 4)
        self.assertTrue((self.folder / '20200101T000000Z' / 'run.json').exists())

    def test_somebody_elses_file_ends_it_before_the_run(self):
        self.write('reports/run.json', '{}')
        done = self.run_once(status=8)
        self.assertIn('run.json', done.stderr)
        self.assertEqual(self.names(), {'run.json'})
        self.assertEqual(self.target.requests('^PUT '), [])

    def test_a_folder_that_cannot_be(self):
        self.write('file', '')
        self.folder = self.tmp / 'file'
        self.run_once(status=8)
        self.folder = self.tmp / 'file' / 'below'
        self.run_once(status=8)
        self.folder = ''
        self.run_once(status=2)
        self.assertEqual(self.target.requests('^PUT '), [])

    def test_from_the_config(self):
        path = self.config([self.entry(self.source, 'app', '1')], f'{self.target.address}/m',
                           name='more.yaml', reports={'dir': str(self.folder), 'keep': '1d'})
        self.artmirror('mirror', '--config', path, '--no-scan')
        self.assertEqual(self.names(), RUN_FILES | {MARKER})

    def test_a_report_of_ones_own_in_the_folder(self):
        self.run_once()
        for _ in range(2):
            self.run_once('--report', self.folder / 'other.json')
        self.assertIn('other.json', self.names())
        for path in self.earlier():
            self.assertNotIn('other.json', os.listdir(path))

    def test_report_and_folder_name_the_same_file(self):
        self.run_once()
        first = (self.folder / 'run.json').read_bytes()
        self.run_once('--report', self.folder / 'run.json')
        self.assertEqual((self.earlier()[0] / 'run.json').read_bytes(), first)


if __name__ == '__main__':
    harness.main()
