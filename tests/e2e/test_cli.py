#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command line: help, options, variables, targets, exit codes, references, signals."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402

COMMANDS = ('validate', 'plan', 'mirror', 'inspect', 'matrix', 'schema', 'plugins', 'version',
            'help')


class Usage(harness.TestCase):

    def test_without_arguments(self):
        done = subprocess.run([harness.ARTMIRROR], env=harness.environment(), capture_output=True,
                              encoding='utf-8')
        self.assertEqual((done.returncode, done.stdout), (2, ''))
        for name in COMMANDS:
            self.assertIn(f'  {name} ', done.stderr)

    def test_help_of_each_command(self):
        for name in COMMANDS:
            with self.subTest(name):
                texts = [self.artmirror(*args).stdout for args in
                         ((name, '--help'), (name, '-h'), ('help', name), ('--help', name))]
                self.assertEqual(len(set(texts)), 1)
                self.assertTrue(texts[0].startswith(f'Usage: artmirror {name}'))
                self.assertIn('--config FILE|FOLDER|-', texts[0])
                self.assertLessEqual(max(map(len, texts[0].splitlines())), 80)
        self.assertIn('--image NAME[@VERSION]', self.artmirror('mirror', '--help').stdout)

    def test_help_of_help_shows_no_selection(self):
        self.assertNotIn('--select', self.artmirror('help', '--help').stdout)
        self.assertIn('--select', self.artmirror('help', 'matrix').stdout)

    def test_help_alone(self):
        self.assertEqual(self.artmirror('--help').stdout, self.artmirror('help').stdout)

    def test_version(self):
        for args in (['version'], ['--version'], ['-V'], ['mirror', '-V']):
            self.assertRegex(self.artmirror(*args).stdout,
                             r'^artmirror \d+\.\d+\.\d+.*\nplugin ABI \d+\.\d+\nlibcurl ')

    def test_mistyped_words_get_a_suggestion(self):
        for args, suggestion in ((['mirorr'], 'artmirror mirror'),
                                 (['mirror', '--paralel', '3'], '--parallel'),
                                 (['--confg', 'x', 'validate'], '--config'),
                                 (['matrix', '--imgae', 'x'], '--image'),
                                 (['validate', '--format', 'jsno'], 'json')):
            with self.subTest(args):
                done = self.artmirror(*args, status=2)
                self.assertIn(f"did you mean '{suggestion}'?", done.stderr)
                self.assertEqual(done.stdout, '')

    def test_bad_usage(self):
        for args in (['mirror', '--parallel', '0', '--target', './x', 'oci-layout:./a:1'],
                     ['mirror', '--parallel', 'many', '--target', './x', 'oci-layout:./a:1'],
                     ['mirror', '--target'], ['validate', '--quiet=1'], ['inspect'],
                     ['inspect', 'a.example/b:1', 'a.example/c:1'], ['help', 'nothing'],
                     ['matrix', 'images', 'layouts'], ['--quiet', '--verbose', 'version'], ['-x'],
                     ['validate', '-q'], ['help', 'mirror', 'plan'],
                     ['version', 'x'], ['mirror', '--report=', '--target', './x', 'a.example/b:1']):
            with self.subTest(args):
                done = self.artmirror(*args, status=2, cwd=self.tmp)
                self.assertIn('error', done.stderr)

    def test_hostile_words_are_escaped(self):
        done = self.artmirror('\x1b[31m\r', status=2)
        self.assertIn('x1b', done.stderr)
        self.artmirror('mirror', '--\x9b31m', status=2)
        self.artmirror('plugins', 'info', '::error::x', status=2)


class Variables(harness.TestCase):

    def setUp(self):
        super().setUp()
        self.path = self.write('config.yaml', "images:\n  - {name: a, source_registry: r.example, "
                               "versions: ['1']}\n")

    def test_every_global_option_has_one(self):
        done = self.artmirror('plan', '--target', './x', '--image', 'nope', '--config', self.path,
                              env={'ARTMIRROR_LOG_FORMAT': 'json'}, status=2)
        self.assertIn('nope', json.loads(done.stderr.splitlines()[-1])['message'])
        done = self.artmirror('validate', env={'ARTMIRROR_CONFIG': self.path})
        self.assertIn(str(self.path), done.stdout)
        self.path.write_text('nonsense: 1\n')
        done = self.artmirror('validate', env={'ARTMIRROR_CONFIG': self.path,
                                               'ARTMIRROR_COLOR': 'never'}, status=2)
        self.assertNotIn('\x1b', done.stdout)

    def test_bad_values_are_named(self):
        for name, value in (('ARTMIRROR_QUIET', 'maybe'), ('ARTMIRROR_LOG_FORMAT', 'xml'),
                            ('ARTMIRROR_COLOR', 'red'), ('ARTMIRROR_DEBUG', '2')):
            done = self.artmirror('version', env={name: value}, status=2)
            self.assertIn(name, done.stderr)

    def test_flag_beats_variable(self):
        done = self.artmirror('mirror', '--log-format', 'text', '--nonsense', status=2,
                              env={'ARTMIRROR_LOG_FORMAT': 'json'})
        self.assertFalse(done.stderr.startswith('{'))
        self.artmirror('version', '--quiet', env={'ARTMIRROR_VERBOSE': '1'})
        self.artmirror('version', '--verbose', env={'ARTMIRROR_QUIET': '1'})

    def test_a_log_of_json_is_json_alone(self):
        self.path.write_text('images: [{nam: a}]\n')
        for args in ([], ['nothing'], ['mirror', '--nonsense'], ['mirror', '--target', './x'],
                     ['matrix', 'nothing'], ['plugins'], ['inspect']):
            with self.subTest(args):
                done = self.artmirror('--config', self.path, '--log-format', 'json', *args,
                                      status=2)
                events = [json.loads(line) for line in done.stderr.splitlines()]
                self.assertTrue(all(event['level'] == 'error' for event in events))
                if '--target' in args:
                    self.assertEqual(events[0]['where'], f'{self.path}:1:10')

    def test_a_path_may_be_anything(self):
        path = os.fsdecode(os.fsencode(self.tmp) + b'/c\xff.yaml')
        os.rename(self.path, path)
        done = self.artmirror('validate', '--format', 'json', '--config', path)
        self.assertTrue(json.loads(done.stdout)['config'].endswith('c\\xff.yaml'))

    def test_color_only_when_asked_for(self):
        self.path.write_text('nonsense: 1\n')
        how = {'status': 2, 'env': {'TERM': 'xterm'}}
        self.assertNotIn('\x1b', self.artmirror('validate', '--config', self.path, **how).stdout)
        done = self.artmirror('validate', '--config', self.path, '--color', 'always', **how)
        self.assertIn('\x1b[', done.stdout)


class Targets(harness.TestCase):

    def setUp(self):
        super().setUp()
        images.write_layout(images.multi_platform('first'), self.tmp / 'first', '1.0')
        images.write_layout(images.image('second'), self.tmp / 'second', '2.0')
        self.write('configs/layouts.yaml', "layouts:\n  - {name: first, path: ../first, versions: "
                   "['1.0']}\n  - {name: second, path: ../second, versions: ['2.0']}\n")

    def run_in(self, *args, **how):
        return self.artmirror(*args, cwd=self.tmp, **how)

    def test_without_a_target(self):
        for command in ('plan', 'mirror'):
            done = self.run_in(command, status=2)
            self.assertRegex(done.stderr, r'add this line to the config: target: \S+')

    def test_the_environment_selects_the_default(self):
        env = {'GITHUB_REPOSITORY_OWNER': 'Someone'}
        path = self.write('none.yaml', "images:\n  - {name: a, source_registry: '127.0.0.1:1', "
                          "versions: ['1']}\nrun: {retries: 0}\n")
        done = self.run_in('plan', '--config', path, env=env, status=None)
        self.assertIn('ghcr.io/Someone', done.stderr.splitlines()[0])

    def test_first_line_names_config_and_every_target(self):
        done = self.run_in('mirror', '--target', './one', '--target', 'oci-layout:./two')
        self.assertIn('./one, oci-layout:./two', done.stderr.splitlines()[0])
        self.assertIn('./configs', done.stderr.splitlines()[0])
        for folder in ('one', 'two'):
            for name in ('first', 'second'):
                self.assertTrue((self.tmp / folder / name / 'index.json').exists())

    def test_targets_of_the_config(self):
        self.write('configs/artmirror.yaml', 'targets: [../one, {id: other, type: oci-layout, '
                   'path: ../two}]\n')
        self.run_in('mirror')
        self.assertTrue((self.tmp / 'one/first/index.json').exists())
        self.assertTrue((self.tmp / 'two/second/index.json').exists())
        self.run_in('mirror', '--target', './three')
        self.assertTrue((self.tmp / 'three/first/index.json').exists())

    def test_an_id_counts_only_if_it_is_a_target_plugins(self):
        done = self.run_in('plan', '--target', 'docker:./x', status=2)
        self.assertIn('docker:./x', done.stderr)

    def test_plan_then_mirror_then_plan(self):
        plan = self.run_in('plan', '--target', './m', '--format', 'json')
        found = json.loads(plan.stdout)
        self.assertEqual({job['status'] for job in found['jobs']}, {'would create'}
                         if 'would create' in plan.stdout else {'would-create'})
        self.assertFalse((self.tmp / 'm').exists())
        self.run_in('plan', '--target', './m', '--detailed-exitcode', status=10)
        self.run_in('mirror', '--dry-run', '--target', './m')
        self.assertFalse((self.tmp / 'm').exists())
        self.run_in('mirror', '--target', './m')
        self.run_in('plan', '--target', './m', '--detailed-exitcode')

    def test_selection(self):
        self.run_in('mirror', '--target', './m', '--layout', 'second')
        self.assertFalse((self.tmp / 'm/first').exists())
        self.assertTrue((self.tmp / 'm/second').exists())

    def test_report_to_a_file_and_to_standard_output(self):
        self.run_in('mirror', '--target', './m', '--report', 'run.json')
        report = self.read_json('run.json')
        self.assertEqual(report['schema'], 'artmirror.run/1')
        self.assertEqual([job['status'] for job in report['jobs']], ['created'] * 2)
        self.assertEqual(report['config']['origin'], './configs')
        done = self.run_in('mirror', '--target', './m', '--report', '-')
        self.assertEqual(json.loads(done.stdout)['totals']['statuses'], {'unchanged': 2})
        self.assertIn('2 unchanged', done.stderr)
        done = self.run_in('mirror', '--target', './m', '--report', '-', '--log-format', 'json')
        for line in done.stderr.splitlines():
            json.loads(line)

    def test_a_report_that_cant_be_written_is_noticed_before_the_run(self):
        for path in ('no/such/run.json', '.'):
            done = self.run_in('mirror', '--target', './m', '--report', path, status=8)
            self.assertIn('--report', done.stderr)
            self.assertFalse((self.tmp / 'm').exists())

    def test_a_target_named_twice_is_refused(self):
        done = self.run_in('mirror', '--target', './m', '--target', './m', status=2)
        self.assertIn('named twice', done.stderr)
        self.write('configs/artmirror.yaml', 'targets: [../m, ../m]\n')
        done = self.run_in('validate', status=2)
        self.assertRegex(done.stdout, r'artmirror.yaml:1:17: error: .*named twice')

    def test_a_parent_that_ignores_its_children(self):
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        plugins = [f'--plugin-dir={folder}' for folder in harness.PLUGIN_DIRS]
        done = subprocess.run([harness.ARTMIRROR, *plugins, 'mirror', '--target', './m'],
                              cwd=self.tmp, env=harness.environment(), preexec_fn=ignore,
                              restore_signals=False, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_only_failed(self):
        refs = ['oci-layout:./first:1.0', 'oci-layout:./first:9.9']
        self.run_in('mirror', *refs, '--target', './m', '--report', 'run.json', status=4)
        done = self.run_in('mirror', *refs, '--target', './m', '--only-failed', 'run.json',
                           '--report', '-', status=4)
        self.assertEqual([job['key']['version'] for job in json.loads(done.stdout)['jobs']],
                         ['9.9'])
        self.run_in('mirror', refs[0], '--target', './m', '--report', 'good.json')
        done = self.run_in('mirror', '--target', './m', '--only-failed', 'good.json', '--report',
                           'none.json')
        self.assertIn('nothing failed', done.stderr)
        self.assertEqual(self.read_json('none.json')['totals']['jobs'], 0)
        self.assertFalse((self.tmp / 'm/second').exists())
        done = self.run_in('mirror', *refs, '--target', './n', '--only-failed', 'run.json', status=2)
        self.assertIn('./m', done.stderr)
        self.write('other.json', '{"schema": "something/1"}')
        self.run_in('mirror', '--target', './m', '--only-failed', 'other.json', status=2)

    def test_quiet_leaves_only_failures(self):
        done = self.run_in('mirror', '--target', './m', '--quiet')
        self.assertEqual(done.stderr, '')
        done = self.run_in('mirror', 'oci-layout:./first:9.9', '--target', './m', '--quiet',
                           status=4)
        self.assertIn('9.9', done.stderr + done.stdout)

    def test_an_invalid_config_ends_before_anything(self):
        self.write('configs/more.yaml', 'layouts:\n  - {name: third}\n')
        done = self.run_in('mirror', '--target', './m', status=2)
        self.assertIn('configs/more.yaml:2:5', done.stderr)
        self.assertFalse((self.tmp / 'm').exists())


class References(harness.TestCase):

    def setUp(self):
        super().setUp()
        self.index = images.multi_platform('index')
        images.write_layout(self.index, self.tmp / 'app', '1.0')

    def run_in(self, *args, **how):
        return self.artmirror(*args, cwd=self.tmp, **how)

    def test_mirror_without_any_config(self):
        done = self.run_in('mirror', 'oci-layout:./app:1.0', '--target', './m')
        self.assertIn('1 created', done.stdout)
        self.assertTrue((self.tmp / 'm/app/index.json').exists())

    def test_a_config_that_was_asked_for_must_be_there(self):
        done = self.run_in('mirror', 'oci-layout:./app:1.0', '--target', './m', '--config', 'none',
                           status=2)
        self.assertIn('none', done.stderr)

    def test_bad_references(self):
        for reference in ('oci-layout:', 'Not A Reference', 'registry.example/UPPER:1', '::'):
            with self.subTest(reference):
                done = self.run_in('mirror', reference, '--target', './m', status=2)
                self.assertIn('hint: ', done.stderr)
        self.assertFalse((self.tmp / 'm').exists())

    def test_inspect_shows_manifests_platforms_and_sizes(self):
        text = self.run_in('inspect', 'oci-layout:./app:1.0').stdout
        self.assertIn(f'Digest:     {self.index.digest}', text)
        for words in ('linux/amd64', 'linux/arm64', 'Manifests:'):
            self.assertIn(words, text)
        found = json.loads(self.run_in('inspect', 'oci-layout:./app:1.0', '--format', 'json').stdout)
        self.assertEqual(found['digest'], self.index.digest)
        child = found['manifests'][0]['digest']
        single = json.loads(self.run_in('inspect', f'oci-layout:./app@{child}', '--format',
                                        'json').stdout)
        self.assertEqual(single['digest'], child)
        self.assertTrue(single['layers'])
        self.assertIn('config', single)

    def test_raw_is_the_manifest_byte_for_byte(self):
        line = harness.command_line(['inspect', 'oci-layout:./app:1.0', '--raw'])
        raw = subprocess.run(line, env=harness.environment(), cwd=self.tmp, check=True,
                             stdout=subprocess.PIPE).stdout
        self.assertEqual(images.digest_of(raw), self.index.digest)

    def test_inspect_of_what_is_not_there(self):
        self.run_in('inspect', 'oci-layout:./app:2.0', status=4)


class Streams(harness.TestCase):

    def setUp(self):
        super().setUp()
        entries = ''.join(f"  - {{name: n{i}, source_registry: r.example, versions: ['1']}}\n"
                          for i in range(20000))
        self.path = self.write('config.yaml', 'images:\n' + entries)

    def test_a_closed_pipe_is_quiet(self):
        process = harness.start('matrix', '--config', self.path)
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual(process.stderr.read(), '')
        self.assertEqual(process.wait(), 0)

    def test_a_full_disk_is_not(self):
        with open('/dev/full', 'w') as full:
            done = subprocess.run(harness.command_line(['matrix', '--config', self.path]),
                                  env=harness.environment(), stdout=full, stderr=subprocess.PIPE,
                                  encoding='utf-8')
        self.assertEqual(done.returncode, 8)
        self.assertIn('standard output', done.stderr)

    def test_closed_standard_streams(self):
        line = harness.command_line(['matrix', '--config', str(self.path)])
        done = subprocess.run(['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh'] + line,
                              env=harness.environment())
        self.assertEqual(done.returncode, 0)

    def test_a_config_that_never_comes_can_be_interrupted(self):
        process = harness.start('validate', '--config', '-', stdin=subprocess.PIPE)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)  # SIGINT is ignored in a background job
        self.assertIn(process.wait(10), (-signal.SIGTERM, 128 + signal.SIGTERM))


if __name__ == '__main__':
    harness.main()
