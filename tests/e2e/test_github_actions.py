#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A run as a step of a workflow: what the runner reads from its output and its files."""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import harness
import images
import runner
from scenario import Scenario

# The command of a scanner that prints what stands in a file for the image, and noise.
SCANNER = '''
import sys, pathlib
here = pathlib.Path(__file__).parent
for part, name in (('clean', 'clean'), ('broken', 'broken'), ('app', 'app')):
    if part in sys.argv[1]:
        break
sys.stderr.write('::error::from the tool\\n##[error]and again\\n')
if name == 'broken':
    sys.stderr.write('::add-mask::broken %0A::error::x\\n')
    sys.exit(9)
sys.stdout.write((here / f'{name}.json').read_text())
'''
HOSTILE = '::error::x\r\n%0A##[error]|<script>\x1b[31m\u202e'


def finding(number, severity, **more) -> dict:
    return {'id': f'CVE-2026-{number:04}', 'severity': severity,
            'pkg': {'class': 'os', 'type': 'alpine', 'name': 'openssl', 'version': '1.0'},
            'fix': {'state': 'fixed', 'versions': ['1.1']}, **more}


def model(*findings) -> str:
    return json.dumps({'schema': 'artmirror.scan/1',
                       'os': {'family': 'alpine', 'version': '3.19'}, 'findings': findings})


class Step(Scenario):
    """One step: GITHUB_ACTIONS and the files that the runner gives it."""

    def setUp(self):
        super().setUp()
        self.source, self.target = self.mock(), self.mock()
        for name in ('app', 'clean', 'broken'):
            self.source.seed(images.image(name), name, '1')
        self.output, self.summary = self.tmp / 'output', self.tmp / 'summary'
        self.env = {'GITHUB_ACTIONS': 'true', 'GITHUB_OUTPUT': self.output,
                    'GITHUB_STEP_SUMMARY': self.summary}

    def scanner(self, *findings) -> dict:
        self.write('tool/app.json', model(*findings))
        self.write('tool/clean.json', model())
        tool = self.write('tool/scan.py', SCANNER)
        return {'exec': {'command': ['/usr/bin/python3', str(tool), '{target}'], 'version': '1'},
                'trivy': False}

    def step(self, *names, status=0, args=(), **settings):
        path = self.config([self.entry(self.source, name, '1') for name in names],
                           f'{self.target.address}/m', run={'retries': 0, 'parallel': 2},
                           **settings)
        args = ('mirror', '--config', path, *args)
        done = harness.start(*args, env=self.env)
        done.artmirror_args = (*args, 'github')  # commands are wanted
        done = harness.finish(done)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(runner.commands(done.stdout), [])
        return done

    def commands(self, done, *names) -> list:
        return [(each.properties.get('title'), each.data)
                for each in runner.commands(done.stderr) if each.name in names]

    def outputs(self) -> dict:
        return runner.outputs(self.output.read_text(encoding='utf-8'))


class Groups(Step):

    def test_a_group_for_each_job(self):
        done = self.step('app', 'clean', args=('--no-scan',))
        folded = runner.groups(done.stderr)
        self.assertEqual(sorted(title for title, _ in folded), ['app:1', 'clean:1'])
        for title, lines in folded:
            self.assertTrue(any(f'created {title}' in line for line in lines), lines)

    def test_debug_lines_stay_with_their_job(self):
        done = self.step('app', 'clean', args=('--no-scan', '--debug'))
        for title, lines in runner.groups(done.stderr):
            other = {'app:1': '/m/clean/', 'clean:1': '/m/app/'}[title]
            self.assertFalse([line for line in lines if other in line])

    def test_no_groups_elsewhere(self):
        self.env = {'GITHUB_ACTIONS': None}
        self.assertEqual(runner.commands(self.step('app', args=('--no-scan',)).stderr), [])
        self.env = {'GITHUB_ACTIONS': 'true'}
        done = self.step('clean', args=('--no-scan', '--log-format', 'json'))
        self.assertEqual(runner.groups(done.stderr), [])

    def test_quiet(self):
        self.assertEqual(self.step('app', args=('--no-scan', '--quiet')).stderr, '')


class Findings(Step):

    def test_annotations_outputs_and_summary(self):
        rows = [finding(number, 'CRITICAL') for number in range(2)]
        rows += [finding(number, 'HIGH') for number in range(10, 13)]
        rows += [finding(20, 'MEDIUM'), finding(21, 'LOW')]
        done = self.step('app', 'clean', scanners=self.scanner(*rows))
        self.assertEqual(self.commands(done, 'warning', 'error', 'notice'),
                         [('Security Alert', 'app:1 contains 2 CRITICAL vulnerabilities'),
                          ('Security Alert', 'app:1 contains 3 HIGH vulnerabilities')])
        found = self.outputs()
        self.assertEqual({name: found[name] for name in (
            'exit_code', 'jobs', 'created', 'failed', 'critical', 'high', 'medium', 'scans',
            'scans_failed', 'scans_skipped', 'report_dir')},
            {'exit_code': '0', 'jobs': '2', 'created': '2', 'failed': '0', 'critical': '2',
             'high': '3', 'medium': '1', 'scans': '2', 'scans_failed': '0', 'scans_skipped': '0',
             'report_dir': ''})
        self.assertEqual(json.loads(found['images']),
                         [{'image': 'app:1', 'critical': 2, 'high': 3, 'medium': 1}])
        summary = self.summary.read_text(encoding='utf-8')
        self.assertIn('app:1', summary)
        self.assertIn('|', summary)

    def test_no_more_than_ten(self):
        names = [f'app{number}' for number in range(12)]
        for name in names:
            self.source.seed(images.image(name), name, '1')
        done = self.step(*names, scanners=self.scanner(finding(1, 'CRITICAL'), finding(2, 'HIGH')))
        warnings = self.commands(done, 'warning')
        self.assertEqual(len(warnings), runner.PER_LEVEL)
        self.assertEqual(warnings[-1][1], 'and 15 more: 3 images with CRITICAL and 12 with HIGH '
                                          'vulnerabilities')

    def test_a_scan_that_failed_is_no_clean_image(self):
        done = self.step('broken', scanners=self.scanner())
        (title, text), = self.commands(done, 'warning', 'error')
        self.assertEqual(title, 'Scan Incomplete')
        self.assertRegex(text, '^1 scan without a result: 1 failed, 0 timed out: .*exit status 9')
        self.assertEqual(self.outputs()['scans_failed'], '1')

    def test_blocked_and_failed_jobs_are_errors(self):
        scanners = self.scanner(finding(1, 'CRITICAL'))
        done = self.step('app', 'gone', status=1, scanners=scanners,
                         gate={'fail_on': 'CRITICAL', 'mode': 'block'})
        titles = [title for title, _ in self.commands(done, 'error')]
        self.assertEqual(titles, ['Policy Violation', 'Mirroring Failed'])
        self.assertEqual((self.outputs()['blocked'], self.outputs()['failed']), ('1', '1'))

    def test_hostile_text_obeys_nobody(self):
        rows = [finding(1, 'CRITICAL', title=HOSTILE, description=HOSTILE, url=HOSTILE),
                {**finding(2, 'HIGH'), 'id': HOSTILE,
                 'pkg': {'class': 'os', 'type': HOSTILE, 'name': HOSTILE, 'version': HOSTILE,
                         'path': HOSTILE}}]
        folder = self.tmp / 'reports'
        done = self.step('app', 'broken', scanners=self.scanner(*rows),
                         args=('--debug', '--verbose', '--report-dir', folder))
        self.assertEqual(
            {each.name for each in runner.commands(done.stderr)} - {'group', 'endgroup'},
            {'warning'})
        self.assertEqual([data.split(': ')[0] for _, data in self.commands(done, 'warning')],
                         ['app:1 contains 1 CRITICAL vulnerabilities',
                          'app:1 contains 1 HIGH vulnerabilities', '1 scan without a result'])
        summary = self.summary.read_text(encoding='utf-8')
        for part in ('\x1b', '\u202e', '\r'):
            self.assertNotIn(part, summary)
        self.assertNotIn('<script', re.sub(r'(`+)[^\n]*?\1', '', summary))  # code stays code
        self.assertEqual(self.outputs()['report_dir'], str(folder))
        text = next(folder.glob('vulnerability-report-app-1.txt')).read_text(encoding='utf-8')
        self.assertEqual(runner.commands(text), [])
        self.assertNotIn('\x1b', text)

    def test_a_report_folder_with_line_ends_in_its_name(self):
        folder = self.tmp / 'a\nevil=1\nb<<c'
        self.step('clean', scanners=self.scanner(), args=('--report-dir', folder))
        self.assertEqual(self.outputs()['report_dir'], str(folder))
        self.assertNotIn('evil', self.outputs())

    def test_files_that_cannot_be_written(self):
        self.env['GITHUB_STEP_SUMMARY'] = self.tmp / 'no' / 'where'
        done = self.step('clean', scanners=self.scanner(), status=8)
        self.assertIn('GITHUB_STEP_SUMMARY', done.stderr)
        self.assertEqual(self.outputs()['created'], '1')

    def test_nobody_asks(self):
        self.env = {'GITHUB_ACTIONS': 'true'}
        self.step('clean', scanners=self.scanner())


if __name__ == '__main__':
    harness.main()
