#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Help, manual pages, option tables and examples say the same; links lead somewhere.

A block ```yaml of a page must be a valid config; one that is only a part of it, or needs a plugin
that is not bundled, begins with ```yaml fragment."""
import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import build
import harness

DOCS = harness.SRCDIR / 'docs'
MANUALS = sorted([*(DOCS / 'man').glob('*.[157]'), *harness.SRCDIR.glob('plugins/*/*.7')])
PAGES = sorted([*harness.SRCDIR.glob('*.md'), *DOCS.rglob('*.md'),
                *harness.SRCDIR.glob('tests/*/README.md')])
VARIABLES = {'DOCKERHUB_TOKEN': 'no-token-at-all'}


def read(path) -> str:
    return Path(path).read_text(encoding='utf-8')


def flags_of_page(text: str) -> set:
    """{"target", "h", ...} of a part of a manual page, where they are introduced."""
    found = set()
    for line in re.findall(r'^\.It Fl .*$', text, re.M):
        found.update(flag.lstrip('-') for flag in re.findall(r'\bFl (-?[A-Za-z][a-z-]*)', line))
    return found


def flags_of_help(text: str) -> set:
    found = set()
    for short, long in re.findall(r'^ +(?:-([A-Za-z]), )?--([a-z][a-z-]*)', text, re.M):
        found.update({short, long} - {''})
    return found


def listed(text: str) -> set:
    """The keys that a manual page introduces with .It Ic."""
    return {word for line in re.findall(r'^\.It Ic (.*)$', text, re.M)
            for word in re.split(r' , ', line)}


def properties(schema, found=None) -> set:
    """Every property name in a JSON Schema."""
    found = set() if found is None else found
    if isinstance(schema, dict):
        if isinstance(schema.get('properties'), dict):
            found.update(schema['properties'])
        for value in schema.values():
            properties(value, found)
    elif isinstance(schema, list):
        for value in schema:
            properties(value, found)
    return found


def without(schema, names: set):
    """The schema without these properties, wherever they stand."""
    if isinstance(schema, dict):
        return {key: without(value, names) for key, value in schema.items() if key not in names}
    return [without(value, names) for value in schema] if isinstance(schema, list) else schema


def anchors(text: str) -> set:
    """The names that a forge gives the headings of a page."""
    text = re.sub(r'^```.*?^```', '', text, flags=re.M | re.S)
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-')
            for heading in re.findall(r'^#+ (.+)$', text, re.M)}


def yaml_blocks(text: str) -> list:
    return re.findall(r'^```yaml\n(.*?)^```$', text, re.M | re.S)


class Commands(harness.TestCase):
    """artmirror(1) and --help."""

    def setUp(self):
        super().setUp()
        self.page = read(DOCS / 'man' / 'artmirror.1')
        self.sections = {part.split('\n', 1)[0].strip('"'): part
                         for part in re.split(r'^\.S[sh] ', self.page, flags=re.M)}

    def commands(self) -> dict:
        """{name: purpose in the manual}, checked against the overview."""
        text = self.artmirror('help').stdout
        block = text.split('Commands:\n', 1)[1].split('\n\n', 1)[0]
        names = re.findall(r'^  ([a-z]+) ', block, re.M)
        parts = re.split(r'^\.It Cm ([a-z]+)(?= |$)', self.sections['Commands'], flags=re.M)
        found = dict(zip(parts[1::2], parts[2::2]))
        self.assertIn('mirror', names)
        self.assertEqual(list(found), names)
        return found

    def help_of(self, command: str) -> dict:
        """{"Options": flags, "Selection": flags, "Global options": flags}"""
        text = self.artmirror(command, '--help').stdout
        heads = re.split(r'^([A-Z][a-z ]+)\b.*:$', text, flags=re.M)
        return {head: flags_of_help(body) for head, body in zip(heads[1::2], heads[2::2])}

    def test_every_command_has_its_own_flags(self):
        for command, part in self.commands().items():
            with self.subTest(command=command):
                self.assertEqual(flags_of_page(part),
                                 self.help_of(command).get('Options', set()))

    def test_selection(self):
        written = flags_of_page(self.sections['Selection'])
        for command in ('plan', 'mirror', 'matrix'):
            self.assertEqual(written, self.help_of(command)['Selection'])

    def test_global_options(self):
        written = flags_of_page(self.sections['Global options'])
        for command in self.commands():
            if command != 'help':
                self.assertEqual(written, self.help_of(command)['Global options'], command)

    def test_values_of_enums(self):
        for command, part in self.commands().items():
            help_ = self.artmirror(command, '--help').stdout
            if '--format' not in help_:
                continue
            usage = re.search(r'--format ([a-z|]+)', help_.split('\n', 1)[0])
            found = re.search(r'^\.It Fl -format Cm (.*)$', part, re.M)
            words = found[1] if found else re.search(r'Fl -format Cm (.*)$', part, re.M)[1]
            if usage:
                self.assertEqual(words.replace(' ', ''), usage[1], command)

    def test_synopsis_has_every_flag(self):
        synopsis = re.split(r'^\.Nm$', self.sections['SYNOPSIS'], flags=re.M)
        found = {re.search(r'^\.Cm ([a-z]+)', part, re.M)[1]:
                 {flag.lstrip('-') for flag in re.findall(r'\bFl (-[a-z-]+)', part)}
                 for part in synopsis[1:]}
        for command, part in self.commands().items():
            self.assertEqual(found[command], flags_of_page(part), command)

    def test_readme_names_every_command(self):
        table = read(harness.SRCDIR / 'README.md')
        for command in self.commands():
            self.assertRegex(table, rf'`(artmirror )?[a-z, `]*{command}\b', command)


class Tables(harness.TestCase):
    """Fields and settings."""

    def test_every_field_of_a_plugin_is_in_its_manual(self):
        for info in self.plugins():
            name = info['id']
            page = read(harness.SRCDIR / 'plugins' / name / f'artmirror-{name}.7')
            fields = {field['name'] for kind in ('fields', 'source_options', 'target_options',
                                                 'scanner_options') for field in info[kind]}
            self.assertEqual(fields, listed(page), name)

    def test_every_setting_is_in_the_reference(self):
        keys = properties(json.loads(self.artmirror('schema').stdout))
        self.assertIn('trusted_realms', keys)
        page, reference = read(DOCS / 'man' / 'artmirror.yaml.5'), read(DOCS / 'config.md')
        pins = {'tag', 'digest'}
        keys |= self.target_options()
        scanners = self.scanner_names()  # their options are in their own manuals
        self.assertEqual(listed(page) - scanners, keys - scanners - pins - self.sections())
        for key in sorted(keys - scanners):
            self.assertRegex(page, rf'\b{re.escape(key)}\b', 'not in artmirror.yaml(5)')
            self.assertRegex(reference, rf'\b{re.escape(key)}\b', 'not in config.md')

    def plugins(self) -> list:
        document = json.loads(self.artmirror('plugins', 'list', '--format', 'json').stdout)
        found = document['plugins'] if isinstance(document, dict) else document
        self.assertGreater(len(found), 2)
        return [json.loads(self.artmirror('plugins', 'info', plugin['id'], '--format',
                                          'json').stdout) for plugin in found]

    def sections(self) -> set:
        return {plugin['section'] for plugin in self.plugins() if plugin.get('section')}

    def scanner_names(self) -> set:
        """Ids of scanners, and options that no other part of the config has."""
        found = [plugin for plugin in self.plugins() if 'scanner' in plugin['kinds']]
        self.assertTrue(found)
        schema = json.loads(self.artmirror('schema').stdout)
        ids = {plugin['id'] for plugin in found}
        options = {field['name'] for plugin in found for field in plugin['scanner_options']}
        return ids | options - properties(without(schema, ids)) - self.target_options()

    def target_options(self) -> set:
        return {field['name'] for plugin in self.plugins() for field in plugin['target_options']}

    def test_defaults_of_the_reference(self):
        """| `retries` | int, 0..20 | `5` | ... in docs/config.md"""
        schema = json.loads(self.artmirror('schema').stdout)
        reference = read(DOCS / 'config.md')
        run = schema['properties']['run']
        run = run.get('properties') or next(
            part['properties'] for part in run['anyOf'] if 'properties' in part)
        for key, what in run.items():
            row = re.search(rf'^\| `{key}` \| ([^|]*) \| `([^`]*)` \|', reference, re.M)
            self.assertIsNotNone(row, key)
            default = what.get('default')
            spelled = str(default).lower() if isinstance(default, bool) else str(default)
            self.assertEqual(row[2], spelled, key)
            if 'maximum' in what:
                self.assertIn(f'{what["minimum"]}..{what["maximum"]}', row[1], key)
        gate = schema['properties']['gate']['properties']
        reports = schema['properties']['reports']['properties']
        scanner = schema['properties']['scanners']['properties']['trivy']['anyOf'][1]['properties']
        for table, keys in ((gate, ['fail_on']), (reports, ['keep']),
                            (scanner, ['required', 'ignore_unfixed', 'timeout'])):
            for key in keys:
                default = re.search(rf'^\| `{key}` \| [^|]* \| `([^`]*)` \|', reference, re.M)[1]
                self.assertEqual(default, str(table[key]['default']).lower()
                                 if isinstance(table[key]['default'], bool)
                                 else table[key]['default'], key)


class Pages(harness.TestCase):

    def test_manuals_are_clean(self):
        mandoc = harness.tool('mandoc')
        self.assertGreater(len(MANUALS), 5)
        done = subprocess.run([mandoc, '-Tlint', '-Wwarning', *MANUALS], capture_output=True,
                              encoding='utf-8')
        self.assertEqual((done.returncode, done.stdout), (0, ''))

    def test_manuals_name_only_manuals_that_are_there(self):
        others = {'curl', 'helm', 'skopeo', 'trivy', 'grype', 'flock', 'systemd.exec'}
        there = {path.stem for path in MANUALS}
        for page in MANUALS:
            names = set(re.findall(r'\bXr ([a-z.-]+) \d', read(page)))
            self.assertEqual(names - there - others, set(), page.name)

    def test_synopsis_of_a_plugin_compiles(self):
        page = read(DOCS / 'man' / 'artmirror-plugin.7')
        code = re.search(r'^\.Bd -literal\n(.*?)^\.Ed', page, re.M | re.S)[1]
        source = self.write('synopsis.c', code.replace('\\e', '\\'))
        flags = [flag for flag in build.FLAGS if flag not in ('-shared', '-Wl,-z,defs')]
        done = subprocess.run(
            [*build.compiler(), *flags, f'-I{harness.SRCDIR / "include"}', '-c', source, '-o',
             self.tmp / 'synopsis.o'], capture_output=True, encoding='utf-8')
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_examples_are_valid(self):
        examples = sorted([*(harness.SRCDIR / 'configs').rglob('*.yaml'),
                           *(harness.SRCDIR / 'tools').glob('*.yaml')])
        self.assertTrue(examples)
        for example in examples:
            self.artmirror('validate', '--config', example)

    def test_blocks_are_valid(self):
        found = 0
        for page in PAGES:
            for block in yaml_blocks(read(page)):
                with self.subTest(page=page.name, block=block):
                    self.artmirror('validate', '--config', '-', input=block, env=VARIABLES)
                found += 1
        self.assertGreater(found, 8)

    def test_blocks_of_manuals_are_valid(self):
        found = 0
        for page in MANUALS:
            for block in re.findall(r'^\.Bd -literal.*?\n(.*?)^\.Ed', read(page), re.M | re.S):
                if not re.search(r'^(images|layouts):', block, re.M):
                    continue
                text = block.replace("'sha256:...'", f"'sha256:{'0' * 64}'")
                with self.subTest(page=page.name, block=block):
                    self.artmirror('validate', '--config', '-', input=text, env=VARIABLES)
                found += 1
        self.assertGreater(found, 3)

    def test_links_lead_somewhere(self):
        self.assertGreater(len(PAGES), 15)
        for page in PAGES:
            for link, anchor in re.findall(r'\]\(([^)#\s]*)(?:#([^)]*))?\)', read(page)):
                if '://' in link:
                    continue
                path = page.parent / link if link else page
                self.assertTrue(path.exists(), f'{page.name}: {link}')
                if anchor and path.suffix == '.md':
                    self.assertIn(anchor, anchors(read(path)), f'{page.name}: {link}')


if __name__ == '__main__':
    harness.main()
