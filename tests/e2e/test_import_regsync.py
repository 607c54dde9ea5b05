#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror import: what becomes of regsync's config."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
from import_case import Imported, ImportCase  # noqa: E402

DIGEST = 'sha256:' + '5' * 64

REGSYNC = """\
version: 1
creds:
  - registry: mirror.example:5000
    tls: disabled
    reqConcurrent: 4
  - registry: docker.io
    user: '{{env "HUB_USER"}}'
    pass: '{{ file "SECRET" }}'
defaults:
  ratelimit:
    min: 120
    retry: 20m
  parallel: 3
  interval: 2h
  backup: "before-{{.Ref.Tag}}"
  cacheCount: 200
  cacheTime: 10m
x-hub: &hub
  target: mirror.example:5000/hub/{{ .Sync.Source }}
  type: image
x-gcr: &gcr
  target: mirror.example:5000/gcr/{{ index (split .Sync.Source "gcr.example/") 1 }}
  type: repository
sync:
  - source: redis:7
    target: mirror.example:5000/library/redis:7
    type: image
    schedule: "20 4 * * *"
  - source: redis:6.2
    target: mirror.example:5000/library/redis:6.2
    type: image
  - <<: *hub
    source: debian
    type: repository
    tags:
      allow:
      - 12
      - 12.1
      - stable
      - '12\\.\\d+'
  - <<: *gcr
    source: gcr.example/team/app
    tags:
      allow: [latest]
"""


class Regsync(ImportCase, harness.TestCase):

    def test_a_config_like_the_documented_one(self):
        secret = self.write('hub', 'not shown\n', mode=0o600)
        text = REGSYNC.replace('SECRET', str(secret))
        found = self.imported(text, status=1)
        self.assertEqual(found.settings['target'], 'mirror.example:5000')
        self.assertEqual(found.settings['run'], {'parallel': '3'})
        self.assertEqual(found.settings['registries'], {
            'mirror.example:5000': {'plain_http': 'true', 'max_connections': '4'},
            'docker.io': {'username': '${HUB_USER}', 'password': {'file': str(secret)},
                          'min_remaining': '120'}})
        self.assertEqual(found.entry('redis'), {
            'section': 'images', 'name': 'redis', 'source_registry': 'docker.io',
            'versions': ['7', '6.2'], 'destination': 'library/redis:{version}'})
        self.assertEqual(found.entry('debian')['versions'],
                         ['12', {'pattern': '^12.1$'}, 'stable', {'pattern': '^12\\.\\d+$'}])
        self.assertEqual(found.entry('debian')['destination'], 'hub/debian:{version}')
        self.assertEqual(found.entry('team/app')['source_registry'], 'gcr.example')
        self.assertEqual(found.entry('team/app')['destination'], 'gcr/team/app:{version}')
        self.assertLost(found, "interval '2h' (line 14)", "backup 'before-{{.Ref.Tag}}' (line 15)",
                        "ratelimit.retry '20m' (line 12)", "schedule '20 4 * * *' (line 28)")
        self.validated(found, HUB_USER='somebody')

    def test_nothing_is_lost(self):
        found = self.imported(self.step())
        self.assertEqual(found.settings['target'], 't.example')
        self.assertEqual(found.entry('app'), {'section': 'images', 'name': 'app',
                                              'source_registry': 'a.example', 'versions': ['1']})
        self.validated(found)

    def test_tags_and_digests_of_images(self):
        steps = {'app:1 app:1': ('1', None), 'app app': ('latest', None),
                 f'app@{DIGEST} app:pinned': ({'tag': 'pinned', 'digest': DIGEST}, None),
                 f'app:2@{DIGEST} app:3': ({'tag': '3', 'digest': DIGEST}, None),
                 'app:4 app:four': ('4', 'app:four'), 'app:5 other:6': ('5', 'other:6')}
        for pair, (version, destination) in steps.items():
            source, target = pair.split()
            found = self.imported(self.step(source=f'a.example/{source}',
                                            target=f't.example/{target}'))
            self.assertEqual(found.entry('app')['versions'], [version], pair)
            self.assertEqual(found.entry('app').get('destination'), destination, pair)
            self.validated(found)

    def test_steps_of_one_repository_are_one_entry(self):
        text = 'sync:\n' + ''.join(
            f'  - {{source: "a.example/{name}:{tag}", target: "t.example/x/{name}:{tag}", '
            f'type: image{more}}}\n'
            for name, tag, more in (('b', '1', ''), ('a', '1', ''), ('b', '2', ''), ('b', '1', ''),
                                    ('b', '3', ', platforms: [linux/arm64]')))
        found = self.imported(text)
        self.assertEqual([(each['name'], each['versions']) for each in found.entries],
                         [('b', ['1', '2']), ('a', ['1']), ('b', ['3'])])
        self.assertEqual(found.settings['target'], 't.example/x')
        self.assertTrue(all('destination' not in each for each in found.entries))
        self.validated(found)

    def test_several_targets(self):
        text = 'sync:\n' + ''.join(
            f'  - {{source: "a.example/{name}:1", target: "{target}:1", type: image}}\n'
            for name, target in (('team/app', 'one.example:5000/m/team/app'),
                                 ('tool', 'one.example:5000/m/tool'), ('tool', 'two.example/tool'),
                                 ('team/app', 'two.example/other')))
        found = self.imported(text)
        self.assertEqual(found.settings['target list'], [
            {'section': 'targets', 'id': 'one.example-5000', 'value': 'one.example:5000/m'},
            {'section': 'targets', 'id': 'two.example', 'value': 'two.example'}])
        self.assertEqual([(each['name'], each['targets'], each.get('destination'))
                          for each in found.entries],
                         [('team/app', ['one.example-5000'], None),
                          ('tool', ['one.example-5000'], None), ('tool', ['two.example'], None),
                          ('team/app', ['two.example'], 'other:{version}')])
        self.validated(found)

    def filtered(self, filters, status=0):
        found = self.imported(self.step(filters, 'a.example/app', 't.example/app', 'repository'),
                              status)
        if found.entries:
            self.validated(found)
        return found

    def versions(self, filters, status=0):
        return self.filtered(filters, status).entry('app')['versions']

    def test_filters_of_tags(self):
        for filters, expected in (
                ('', [{'pattern': '.'}]),
                ('tags: {}', [{'pattern': '.'}]),
                ('tagSets: [{}]', [{'pattern': '.'}]),
                ('tags: {allow: [a, "1.2", \'1\\.2\']}', ['a', {'pattern': '^1.2$'}, '1.2']),
                ('tags: {allow: ["a|b"]}', [{'pattern': '^a|b$'}]),
                ('tags: {deny: ["x\'y", .*-rc]}',
                 [{'pattern': '.', 'exclude': ["^x'y$", '^.*-rc$']}]),
                ('tags: {allow: [a, b], deny: [c]}',
                 [{'pattern': '^a$', 'exclude': ['^c$']}, {'pattern': '^b$', 'exclude': ['^c$']}]),
                ('tags: {allow: [a]}\ntagSets: [{allow: [b]}, {allow: [a]}]', ['b', 'a'])):
            self.assertEqual(self.versions(filters), expected, filters)

    def test_ranges(self):
        for ranges, expected in (
                ('["^1.2"]', '>=1.2.0 <2.0.0'), ('["^0.2.3"]', '>=0.2.3 <0.3.0'),
                ('["^0.0.3"]', '>=0.0.3 <0.0.4'), ('["~1"]', '>=1.0.0 <1.1.0'),
                ('[">=1.0 <v2-rc1", "3.1.4"]', '>=1.0.0 <2.0.0-rc1 || =3.1.4'),
                ('["", "=1+build"]', '=1.0.0')):
            found = self.filtered(f'tags: {{semverRange: {ranges}}}', status=1)
            self.assertEqual(found.entry('app')['versions'],
                             [{'semver': expected, 'prerelease': 'true'}], ranges)
            self.assertIn('only tags with three numbers', found.lost[0])

    def test_filters_that_can_not_be_carried_over(self):
        for filters, message in (
                ('tags: {allow: ["("]}',
                 "allow '(' (line 5): missing closing parenthesis, at character 2"),
                ('tags: {deny: ["[z-a]"], allow: [x]}', "deny '[z-a]' (line 5): "),
                ('tags: {semverRange: ["1 || 2"]}', "semverRange '1 || 2' (line 5): "),
                ('tags: {semverRange: [">= 1"]}', "semverRange '>= 1' (line 5): "),
                ('tags: {semverRange: ["1.2.3.4"]}', "semverRange '1.2.3.4' (line 5): ")):
            found = self.filtered(filters, status=1)
            self.assertEqual(found.entries, [], filters)
            self.assertLost(found, message)

    def test_templates(self):
        for template, expected in (
                ('m/{{ .Sync.Source }}', 'm/a.example/team/app'),
                ('m/{{index (split .Sync.Source "/") 2}}', 'm/app'),
                ('m/{{ .Sync.Source | lower | trimSpace }}', 'm/a.example/team/app'),
                ('m/{{ join (split .Sync.Source "/") "-" }}', 'm/a.example-team-app'),
                ('m/{{ .Sync.Type }}/{{ "x" }}{{ `y` }}', 'm/image/xy')):
            found = self.imported(self.step(source='a.example/team/app',
                                            target=f"'t.example/{template}'"))
            entry = found.entry('team/app')
            place = '{name}:{version}' if 'destination' not in entry else entry['destination']
            whole = found.settings['target'] + '/' + place
            self.assertEqual(whole.replace('{name}', 'team/app').replace('{version}', 'latest'),
                             f't.example/{expected}:latest', template)

    def test_templates_that_can_not_be_filled(self):
        for template in ('{{env "X"}}', '{{if true}}x{{end}}', '{{.Sync.Nothing}}', '{{',
                         '{{index (split .Sync.Source "/") 9}}', '{{ .Ref.Tag }}',
                         '{{' + '(' * 100 + '"a"' + ')' * 100 + '}}'):
            found = self.imported(self.step(target=f"'t.example/{template}'"), status=1)
            self.assertEqual((found.entries, len(found.lost)), ([], 1), template)

    def test_platforms(self):
        found = self.imported(self.step('platforms: [linux/amd64, linux/arm/v7]'))
        self.assertEqual(found.entry('app')['platforms'], ['linux/amd64', 'linux/arm/v7'])
        self.assertEqual(found.entry('app')['index'], 'sparse')
        self.validated(found)
        found = self.imported(self.step('platform: linux/amd64'), status=1)
        self.assertEqual(found.entry('app')['platforms'], ['linux/amd64'])
        self.assertLost(found, "platform 'linux/amd64' (line 5)")
        self.validated(found)
        found = self.imported(self.step('platforms: [local]'), status=1)
        self.assertNotIn('platforms', found.entry('app'))
        self.assertLost(found, 'platforms (line 5)')

    def test_referrers(self):
        for more in ('referrers: true', 'digestTags: true'):
            found = self.imported(self.step(more))
            self.assertEqual(found.entry('app')['referrers'], 'true')
            self.validated(found)
        found = self.imported('defaults: {referrers: true}\n' + self.step('referrers: false')
                              + self.step(source='a.example/b:1', target='t.example/b:1')[6:])
        self.assertEqual(found.settings['referrers'], 'true')
        self.assertEqual(found.entry('app')['referrers'], 'false')
        self.assertNotIn('referrers', found.entry('b'))
        found = self.imported(self.step(
            'referrers: true\nreferrerFilters: [{artifactType: application/x}]'))
        self.assertEqual(found.entry('app')['referrers'], {'artifact_types': ['application/x']})
        self.validated(found)
        found = self.imported(self.step(
            'referrers: true\nreferrerFilters: [{annotations: {a: b}}]'), status=1)
        self.assertEqual(found.entry('app')['referrers'], 'true')

    def test_what_is_no_entry(self):
        for text, beginning in (
                (self.step(kind='registry', source='a.example', target='t.example'),
                 "source 'a.example' (line 2)"),
                (self.step(kind='images'), "type 'images' (line 4)"),
                (self.step(source='ocidir://x:1'), "source 'ocidir://x:1' (line 2)"),
                (self.step(target='ocidir://x:1'), "target 'ocidir://x:1' (line 3)"),
                (self.step(source='a.example/App:1'), "source 'a.example/App:1' (line 2)"),
                (self.step(target=f't.example/app@{DIGEST}'), "target 't.example/app@"),
                (self.step(kind='repository'), "type 'repository' (line 4)")):
            found = self.imported(text, status=1)
            self.assertEqual(found.entries, [], beginning)
            self.assertLost(found, beginning)

    def test_two_sources_of_one_tag(self):
        text = self.step() + self.step(source='b.example/other:1')[6:]
        found = self.imported(text, status=1)
        self.assertEqual([entry['name'] for entry in found.entries], ['app'])
        self.assertLost(found, "target 't.example/app:1' (line 6)")
        self.validated(found)

    def test_passwords_are_never_copied(self):
        for value in (self.secret(), self.secret("it's $HOME: #" + os.urandom(8).hex()),
                      self.secret('${PASSWORD}' + os.urandom(8).hex())):
            quoted = "'" + value.replace("'", "''") + "'"
            found = self.imported(
                f'creds:\n  - registry: r.example:5000\n    user: "a$b"\n    pass: {quoted}\n'
                f'  - {{registry: s.example, token: {quoted}, clientKey: {quoted}}}\n'
                f'  - {{registry: t.example, pass: {quoted}, unknown: {quoted}}}\n' + self.step(),
                status=1)
            self.assertEqual(found.settings['registries'], {
                'r.example:5000': {'username': 'a$$b', 'password': '${R_EXAMPLE_5000_PASSWORD}'},
                't.example': {'username': '${T_EXAMPLE_USERNAME}',
                              'password': '${T_EXAMPLE_PASSWORD}'}})
            self.validated(found, R_EXAMPLE_5000_PASSWORD='x', T_EXAMPLE_USERNAME='y',
                           T_EXAMPLE_PASSWORD='z')

    def test_passwords_are_not_in_errors(self):
        secret = self.secret()
        self.refused(f'creds:\n- registry: a\n  pass: {secret}\n  pass: {secret}\nsync: []\n',
                     'duplicate key')
        self.refused(f'creds: [{{registry: a.example, pass: {secret}, tls: maybe}}]\nsync: []\n',
                     "'tls' is neither")
        self.refused(f'creds: [{{registry: "{{{{x}}}}", pass: {secret}}}, 1]\nsync: []\n',
                     'must be a map')

    def test_settings_of_registries(self):
        found = self.imported(
            'creds:\n'
            '  - {registry: a.example, credHelper: docker-credential-pass, mirrors: [m.example, '
            'n.example], reqPerSec: 2.5}\n'
            '  - {registry: m.example, pathPrefix: proxy/hub}\n'
            '  - {registry: h.example, tls: insecure, hostname: other.example, regcert: PEM}\n'
            + self.step(), status=1)
        self.assertEqual(found.settings['registries'], {'a.example': {
            'helper': 'pass', 'mirrors': ['m.example/proxy/hub', 'n.example'],
            'requests_per_second': '2.5'}})
        self.assertLost(found, 'regcert (line 4)', 'hostname (line 4)', 'tls (line 4)')
        self.validated(found)

    def test_settings_of_registries_that_are_not_ours(self):
        for item, beginning in (
                ('registry: "https://x"', 'https://x (line 1)'),
                ('registry: a.example, mirrors: ["https://x"]', 'mirrors (line 1)'),
                ('registry: a.example, reqPerSec: 1e9', 'reqPerSec (line 1)'),
                ('registry: a.example, reqConcurrent: 2000', 'reqConcurrent (line 1)'),
                ('registry: a.example, credHelper: ./helper', 'credHelper (line 1)'),
                ('registry: a.example, user: x', 'user (line 1)'),
                ('registry: a, user: x, pass: y', 'a (line 1)'),  # not docker.io/a
                ('registry: \'{{env "X"}}\'', 'registry (line 1)')):
            found = self.imported(f'creds: [{{{item}}}]\n' + self.step(), status=1)
            self.assertNotIn('registries', found.settings)
            self.assertLost(found, beginning)
            self.validated(found)

    def test_no_key_is_passed_over(self):
        """Every key that regsync knows is carried over or named; so are those that it does not."""
        keys = {'backup': 'x', 'interval': '1h', 'schedule': '"* * * * *"', 'mediaTypes': '[a/b]',
                'forceRecursive': 'true', 'includeExternal': 'true', 'referrerSource': 'x',
                'referrerTarget': 'x', 'hooks': '{pre: {type: t}}', 'tpyo': '1',
                'ratelimit': '{min: 5, retry: 1h}'}
        more = ''.join(f'{key}: {value}\n' for key, value in keys.items())
        for text in (self.step(more), 'defaults:\n' + ''.join(
                f'  {line}\n' for line in more.splitlines()) + self.step()):
            found = self.imported(text, status=1)
            named = ' '.join(found.lost)
            for key in keys:
                self.assertIn(key, named)
            self.assertEqual(len(found.lost), len(keys), found.lost)
            self.validated(found)
        quiet = {'fastCheck': 'true', 'referrerSlow': 'true'}
        found = self.imported(self.step(''.join(f'{k}: {v}\n' for k, v in quiet.items())))
        self.assertEqual(sum('is not needed' in each for each in found.comments), len(quiet))

    def test_broken_files(self):
        for text, message in (
                ('sync: [', 'broken YAML'), ('', 'is empty'), ('a', 'no config of regsync'),
                ('sync: {a: b}\n', 'no config of regsync'), ('sync: [1]\n', 'must be a map'),
                ('images: [{name: x}]\n', 'no config of regsync'),
                ('version: 2\nsync: []\n', "version '2'"),
                ('sync: [{target: t.example/a, type: image}]\n', "has no 'source'"),
                (self.step('tags: [a]', kind='repository', source='a.example/b',
                           target='t.example/b'), "'tags' is of another kind"),
                (self.step('type: image'), "duplicate key 'type'"),
                (self.step(source='"a.example/b:1\\nx: y"'), 'control characters'),
                (self.step(source='"a.example/b:1\\Lx: y"'), 'control characters'),
                (self.step(source='a' * 5000), 'longer than 4096'),
                ('sync: ' + '[' * 100 + ']' * 100, 'nested deeper')):
            done = self.refused(text, message)
            if text:
                self.assertRegex(done.stderr, r'peer\.yml:\d+:\d+: error: ')

    def test_hostile_files(self):
        bomb = 'a0: &a0 [x, x]\n' + ''.join(
            f'a{i}: &a{i} [{", ".join([f"*a{i - 1}"] * 20)}]\n' for i in range(1, 20))
        self.refused(bomb + 'sync: [*a19]\n', 'aliases expand')
        found = self.imported(self.step(
            'schedule: "x\\n- evil: 1\\L- e\\u0085e\\ufeff\\x1b[31m ::error::"\n"k\\ney": 1'),
            status=1)
        self.assertEqual(len(found.entries), 1)
        self.assertLost(found, "schedule 'x\\x0a- evil", 'k\\x0aey')
        self.assertTrue(found.text.isascii())
        self.validated(found)
        many = 'a.example:\n  images:\n    b:\n' + ''.join(
            f'      - t{i}\n' for i in range(100000))
        found = self.imported(many, timeout=60)
        self.assertEqual(len(found.entries[0]['versions']), 100000)
        filters = ', '.join(f'"{"a" * 900}{i}"' for i in range(20000))
        self.refused(self.step(f'tags: {{allow: [{filters}]}}', 'a.example/b', 't.example/b',
                               'repository'), 'more than 16 MiB')

    def test_command_line(self):
        done = self.artmirror('import', '-', input=self.step())
        self.assertEqual(Imported(done.stdout, 0).entry('app')['versions'], ['1'])
        self.artmirror('import', status=2)
        self.artmirror('import', 'a', 'b', status=2)
        for path, message in (('nowhere.yml', 'nowhere.yml'), (self.tmp, 'is a folder')):
            done = self.artmirror('import', path, status=2)
            self.assertIn(message, done.stderr)


if __name__ == '__main__':
    harness.main()
