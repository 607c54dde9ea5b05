#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror validate: everything that is wrong, in all files, with its place."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402

GOOD = """\
images:
  - name: 'library/nginx'
    source_registry: 'registry.example'
    versions: ['1.27', '1.28']
"""
ENTRY = "  - {name: a, source_registry: registry.example, versions: ['1']"
DIGEST = 'sha256:' + 'ab' * 32

# one mistake each: name, config, code, line, words that the problem's texts hold
MISTAKES = [
    ('unknown key', GOOD + '    platform: [linux/amd64]\n', 'unknown-key', 5, ["'platforms'"]),
    ('unknown top-level key', 'imagse: []\n', 'unclaimed-section', 1, ["'images'"]),
    ('unclaimed section', 'wheels:\n  - {name: a}\n', 'unclaimed-section', 1,
     ["no plugin claims 'wheels:'", 'docker (images)']),
    ('duplicate key', 'images:\n' + ENTRY + ', name: b}\n', 'duplicate-key', 2, ["'name'"]),
    ('missing field', "images:\n  - {name: a, versions: ['1']}\n", 'missing-field', 2,
     ['source_registry']),
    ('wrong type', "images:\n  - {name: a, source_registry: [r], versions: ['1']}\n", 'wrong-type',
     2, ['source_registry']),
    ('number as version', 'images:\n  - {name: a, source_registry: r.example, versions: [1.20]}\n',
     'wrong-type', 2, ["'1.20'", 'quotes']),
    ('empty list', 'images:\n  - {name: a, source_registry: r.example, versions: []}\n',
     'empty-list', 2, ['versions']),
    ('bad platform', 'images:\n' + ENTRY + ', platforms: [linux]}\n', 'bad-platform', 2,
     ['linux/amd64']),
    ('bad repository', 'images:\n' + ENTRY + ", destination: 'A/{version}'}\n", 'bad-destination',
     2, ['lower-case']),
    ('bad tag', 'images:\n' + ENTRY + ", destination: '{name}:-{version}'}\n", 'bad-tag', 2,
     ["'-1'"]),
    ('bad version', "images:\n  - {name: a, source_registry: r.example, versions: ['a b']}\n",
     'bad-version', 2, ["'a b'"]),
    ('unknown placeholder', 'images:\n' + ENTRY + ", destination: '{nmae}:1'}\n",
     'unknown-placeholder', 2, ["'{name}'"]),
    ('port in a repository', "images:\n  - {name: a, source_registry: 'r.example:5000', "
     "versions: ['1'], destination: '{source_registry}/{name}'}\n", 'bad-destination', 2, ['port']),
    ('duplicate version', "images:\n  - {name: a, source_registry: r.example, versions: ['1', "
     "'1']}\n", 'duplicate', 2, ['twice']),
    ('duplicate entry', 'images:\n' + ENTRY + '}\n' + ENTRY + '}\n', 'duplicate', 3, [':2:']),
    ('bad on_change', 'on_change: replace\n' + GOOD, 'bad-value', 1, ['update']),
    ('range as a version', GOOD.replace("'1.28'", "'^1.28'"), 'bad-version', 4,
     ["{semver: '^1.28'}"]),
    ('glob as a version', GOOD.replace("'1.28'", "'1.28-*'"), 'bad-version', 4,
     ["{pattern: '^1", "28-.*$'}"]),
    ('range as a number', GOOD.replace("'1.28'", '{semver: 1.20}'), 'wrong-type', 4, ["'1.20'"]),
    ('bad range', GOOD.replace("'1.28'", "{semver: 'newest'}"), 'bad-range', 4, ['^ ~']),
    ('bad pattern', GOOD.replace("'1.28'", "{pattern: '^1.('}"), 'bad-pattern', 4,
     ['character 5']),
    ('misspelt selector', GOOD.replace("'1.28'", '{latset: 3}'), 'unknown-key', 4, ["'latest'"]),
    ('selector beside a tag', GOOD.replace("'1.28'", "{tag: '1.28', latest: 3}"), 'mixed-version',
     4, ['two items']),
    ('age without dates', GOOD.replace("'1.28'", '{newer_than: 90d}'), 'no-dates', 4,
     ['knows none', 'latest']),
    ('nothing to exclude from', GOOD.replace("'1.28'", "{exclude: '-rc'}"), 'excludes-nothing', 4,
     ['named whole']),
    ('tab', 'images:\n\t- a\n', None, 2, []),
    ('unknown target of an entry', 'images:\n' + ENTRY + ', targets: [backup]}\n',
     'unknown-target', 2, ['backup']),
    ('list as target', 'target: [a]\n' + GOOD, 'wrong-type', 1, ["'targets:'"]),
]


class Validate(harness.TestCase):

    def validate(self, text, status):
        path = self.write('config.yaml', text)
        done = self.artmirror('validate', '--config', path, '--format', 'json', status=status)
        return json.loads(done.stdout)

    def test_good_config_is_summed_up(self):
        self.write('configs/a.yaml', GOOD)
        done = self.artmirror('validate', cwd=self.tmp)
        self.assertEqual(done.stdout.splitlines(), [
            'config: ./configs', 'images: 1 artefact, 2 versions, 2 jobs',
            'matrix: can be generated, 2 versions'])
        self.assertEqual(done.stderr, '')

    def test_the_originals_images_are_valid(self):
        path = harness.SRCDIR / 'tests/data/original/images.yaml'
        done = self.artmirror('validate', '--config', path)
        self.assertIn('images: 2 artefacts, 3 versions, 3 jobs\n', done.stdout)

    def test_jobs_count_targets(self):
        found = self.validate('targets: [./one, {id: two, type: oci-layout, path: ./two}]\n' + GOOD
                              + '  - {name: b, source_registry: r.example, versions: ["1"], '
                              'targets: [two]}\n', 0)
        self.assertEqual(found['sections']['images'],
                         {'artefacts': 2, 'versions': 3, 'selectors': 0, 'jobs': 5})

    def test_each_mistake_is_found_with_its_place(self):
        for name, text, code, line, words in MISTAKES:
            with self.subTest(name):
                found = self.validate(text, 2)
                self.assertFalse(found['valid'])
                problems = [each for each in found['problems'] if each['line'] == line]
                self.assertTrue(problems, found)
                if code:
                    self.assertEqual(problems[0]['code'], code, problems)
                said = json.dumps(found['problems'])
                for word in words:
                    self.assertIn(word, said)

    def test_two_jobs_with_one_destination_are_both_named(self):
        found = self.validate('images:\n' + ENTRY + '}\n' + ENTRY.replace('registry', 'other')
                              .replace('source_other', 'source_registry') + '}\n', 2)
        self.assertEqual([each['code'] for each in found['problems']], ['collision'] * 2)
        self.assertEqual([each['line'] for each in found['problems']], [2, 3])

    def test_all_mistakes_of_all_files_are_found_in_one_run(self):
        self.write('configs/1.yaml', 'images:\n' + ENTRY + ', platforms: [linux, amd64]}\n')
        self.write('configs/2.yml', 'images:\n  - {name: b}\n  - {name: c}\nwheels: []\n')
        self.write('configs/3.yaml', 'layouts:\n  - {name: d, pth: x, versions: []}\n')
        done = self.artmirror('validate', '--format', 'json', cwd=self.tmp, status=2)
        found = [(each['file'], each['line'], each['code'])
                 for each in json.loads(done.stdout)['problems']]
        for place in [('configs/1.yaml', 2, 'bad-platform'), ('configs/2.yml', 2, 'missing-field'),
                      ('configs/2.yml', 3, 'missing-field'),
                      ('configs/2.yml', 4, 'unclaimed-section'),
                      ('configs/3.yaml', 2, 'unknown-key'), ('configs/3.yaml', 2, 'empty-list'),
                      ('configs/3.yaml', 2, 'missing-field')]:
            self.assertIn(place, found)
        self.assertEqual(found.count(('configs/1.yaml', 2, 'bad-platform')), 2)
        self.assertEqual(found.count(('configs/2.yml', 2, 'missing-field')), 2)

    def test_text_shows_the_line_and_a_caret(self):
        path = self.write('config.yaml', GOOD + '    platfroms: [linux/amd64]\n')
        done = self.artmirror('validate', '--config', path, status=2)
        lines = done.stdout.splitlines()
        self.assertIn(f'{path}:5:5: error: ', lines[1])
        self.assertIn('    platfroms: [linux/amd64]', lines[2])
        self.assertIn('^~~~~~~~~', lines[3])
        self.assertIn("did you mean 'platforms'?", done.stdout)
        self.assertEqual(lines[-1], "matrix: can't be generated: 1 error")

    def test_github_annotations_are_escaped(self):
        path = self.write('configs/a%b.yaml', 'images:\n' + ENTRY + ", platforms: ['%,:']}\n")
        done = self.artmirror('validate', '--config', path, '--format', 'github', status=2)
        notes = [line for line in done.stdout.splitlines() if line.startswith('::')]
        self.assertEqual(len(notes), 1)
        self.assertRegex(notes[0], r'^::error file=.*a%25b\.yaml,line=2,col=\d+')
        self.assertIn("'%25,:'", notes[0])

    def test_what_comes_from_outside_is_escaped(self):
        path = self.write('config.yaml', 'images:\n  - {name: "a\\e[31m\\r", '
                          'source_registry: "\\u202e", versions: ["1"]}\n"k\\e[0m": 1\n')
        done = self.artmirror('validate', '--config', path, status=2)
        self.assertNotIn('\u202e', done.stdout)

    def test_targets_are_checked_too(self):
        found = self.validate('targets:\n  - {id: a, type: oci-layuot, path: ./x}\n'
                              '  - {id: b, type: oci-layout, pth: ./y}\n' + GOOD, 2)
        said = json.dumps(found['problems'])
        self.assertIn("there is no target plugin 'oci-layuot'", said)
        self.assertIn("'pth'", said)

    def test_an_unusual_architecture_is_a_warning(self):
        found = self.validate("images:\n  - {name: a, source_registry: r.example, versions: ['1'], "
                              'platforms: [linux/amd46]}\n', 0)
        self.assertEqual([each['code'] for each in found['problems']], ['unusual-platform'])
        self.assertIn("did you mean 'amd64'?", found['problems'][0]['hint'])

    def test_what_a_target_plugin_refuses_is_found(self):
        found = self.validate('target: owner/x\n' + GOOD, 2)
        self.assertIn('host of a registry', json.dumps(found['problems']))
        self.assertEqual(found['problems'][0]['line'], 1)

    def test_plugin_options_are_checked(self):
        found = self.validate('plugins: {images: {id: docker, colour: red}}\n' + GOOD, 2)
        self.assertIn("'colour'", json.dumps(found['problems']))
        found = self.validate('plugins: {images: dokcer}\n' + GOOD, 2)
        self.assertIn('dokcer', json.dumps(found['problems']))

    def test_config_search(self):
        self.write('elsewhere/x.yaml', GOOD)
        self.write('home/.config/artmirror/y.yaml', GOOD)
        done = self.artmirror('validate', cwd=self.tmp, env={'ARTMIRROR_CONFIG': 'elsewhere'})
        self.assertIn('elsewhere', done.stdout.splitlines()[0])
        done = self.artmirror('validate', cwd=self.tmp)
        self.assertIn('.config/artmirror', done.stdout.splitlines()[0])
        done = self.artmirror('validate', '--config', '-', input=GOOD)
        self.assertIn('stdin', done.stdout.splitlines()[0])
        done = self.artmirror('validate', '--config', 'nowhere.yaml', cwd=self.tmp, status=2)
        self.assertIn('nowhere.yaml', done.stderr)

    def test_no_config_at_all(self):
        done = self.artmirror('validate', cwd=self.tmp, status=2)
        self.assertIn('error', done.stderr)

    def test_a_file_as_argument_gets_advice(self):
        done = self.artmirror('validate', 'images.yaml', status=2)
        self.assertIn('--config images.yaml', done.stderr)

    def test_selectors_and_pins(self):
        found = self.validate("images:\n  - name: a\n    source_registry: r.example\n"
                              f"    versions: [{{tag: '1', digest: '{DIGEST}'}}, '{DIGEST}']\n", 0)
        self.assertEqual(found['sections']['images']['versions'], 2)
        found = self.validate("images:\n  - name: a\n    source_registry: r.example\n"
                              "    versions: ['1', {semver: '^1.2', latest: 3}, {exclude: perl}]\n",
                              0)
        self.assertEqual(found['sections']['images']['versions'], 1)
        self.assertEqual(found['sections']['images']['selectors'], 2)


if __name__ == '__main__':
    harness.main()
