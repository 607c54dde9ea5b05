#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror import: what becomes of the YAML source of skopeo sync."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
from import_case import ImportCase  # noqa: E402

DIGEST = 'sha256:' + '5' * 64

SKOPEO = """\
registry.example:
  images:
    busybox: []
    team/redis: ["6.0", 7.10, "DIGEST"]
  images-by-tag-regex:
    nginx: ^1\\.2[0-9]\\.[12]-alpine$
  credentials:
    username: ann
    password: PASSWORD
  tls-verify: true
  cert-dir: /etc/ann/certs
quay.example:
  tls-verify: false
  images:
    coreos/etcd:
      - latest
"""


class Skopeo(ImportCase, harness.TestCase):

    def test_a_file_like_the_documented_one(self):
        text = SKOPEO.replace('DIGEST', DIGEST).replace('PASSWORD', self.secret())
        found = self.imported(text, status=1)
        self.assertEqual([(each['source_registry'], each['name'], each['versions'])
                          for each in found.entries],
                         [('registry.example', 'busybox', [{'pattern': '.'}]),
                          ('registry.example', 'team/redis', ['6.0', '7.10', DIGEST]),
                          ('registry.example', 'nginx',
                           [{'pattern': '^1\\.2[0-9]\\.[12]-alpine$'}]),
                          ('quay.example', 'coreos/etcd', ['latest'])])
        self.assertEqual(found.settings['defaults'],
                         {'images': {'destination': '{basename}:{version}'}})
        self.assertEqual(found.settings['registries'], {'registry.example': {
            'username': 'ann', 'password': '${REGISTRY_EXAMPLE_PASSWORD}'}})
        self.assertLost(found, "cert-dir '/etc/ann/certs' (line 11)", 'password (line 9)',
                        'tls-verify false (line 13)')
        self.validated(found, REGISTRY_EXAMPLE_PASSWORD='x')

    def test_ranges(self):
        found = self.imported('r.example: {images-by-semver: {alpine: ">= 3.12.0"}}\n', status=1)
        self.assertEqual(found.entry('alpine')['versions'], [{'semver': '>= 3.12.0'}])
        self.assertLost(found, "images-by-semver '>= 3.12.0' (line 1)")
        self.validated(found)
        found = self.imported('r.example: {images-by-semver: {alpine: "about 3"}}\n', status=1)
        self.assertEqual(found.entries, [])

    def test_one_repository_in_several_lists(self):
        found = self.imported('r.example:\n  images: {a: ["1", "1", "2"]}\n'
                              '  images-by-tag-regex: {a: "^3"}\n')
        self.assertEqual(found.entry('a')['versions'], ['1', '2', {'pattern': '^3'}])
        self.validated(found)

    def test_two_repositories_of_one_base_name(self):
        found = self.imported('r.example: {images: {x/app: ["1"]}}\n'
                              's.example:5000: {images: {y/app: ["1"]}}\n')
        self.assertEqual(found.settings['defaults'],
                         {'images': {'destination': '{source_registry}/{name}:{version}'}})
        self.assertEqual(found.entry('y/app')['destination'], 's.example-5000/y/app:{version}')
        self.validated(found)

    def test_what_is_no_entry(self):
        for text, beginning in (('r.example: {images: {"a:1": []}}\n', "repository 'a:1' (line 1)"),
                                ('r.example: {images: {A: []}}\n', "repository 'A' (line 1)"),
                                ('r.example: {images: {a: ["-x"]}}\n', "'-x' (line 1)"),
                                ('r.example: {images-by-tag-regex: {a: "("}}\n',
                                 "images-by-tag-regex '(' (line 1)")):
            found = self.imported(text, status=1)
            self.assertEqual(found.entries, [], text)
            self.assertLost(found, beginning)

    def test_broken_files(self):
        self.refused('r.example: {images: [a]}\n', "'images' is of another kind")
        self.refused(f'r.example: {{images: {{}}, credentials: {self.secret()}}}\n',
                     "'credentials' is of another kind")
        self.refused('r.example: {images: {a: 1}}\n', 'must be a list')
        self.refused('r.example: {images: {a: []}}\nversion: 1\n', 'no config of regsync')
        self.refused('r.example: {registry: x}\n', 'no config of regsync')


if __name__ == '__main__':
    harness.main()
