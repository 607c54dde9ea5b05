#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""artmirror schema against an independent validator: what passes one passes the other, and what
fails one fails the other, but for the classes that a schema can't express."""
import copy
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

DIGEST = 'sha256:' + '0a' * 32
IMAGE = {'name': 'library/nginx', 'source_registry': 'registry.example', 'versions': ['1.27']}


def config(**changes) -> dict:
    """A small valid config with other top-level keys."""
    return {'images': [copy.deepcopy(IMAGE)], **changes}


def entry(**changes) -> dict:
    """A config whose one entry differs; None removes a field."""
    changed = {**copy.deepcopy(IMAGE), **changes}
    return {'images': [{key: value for key, value in changed.items() if value is not None}]}


GOOD = {
    'smallest': config(),
    'every core field': entry(destination='{basename}:{version}', index='sparse',
                              on_change='keep', platforms=['linux/amd64', 'linux/arm/v7']),
    'pins': entry(versions=['1', {'tag': '2', 'digest': DIGEST}, DIGEST, '1.0+build']),
    'selectors': entry(versions=[
        '1.0', {'pattern': '^1', 'semver': '>=1.2 <2 || ~3.x, !=3.1.0', 'prerelease': False,
                'exclude': ['-rc', 'beta$'], 'sort': 'alpha', 'latest': 3},
        {'semver': '1.2 - v1.4.5-rc.1'}, {'semver': '=> 1||*'}, {'prerelease': True},
        {'sort': 'semver'}, {'latest': 1}, {'exclude': 'perl'}]),
    'selectors in defaults': {
        'defaults': {'images': {'versions': [{'latest': 3, 'semver': '${RANGE:-^1}'}]}},
        'images': [{'name': 'a', 'source_registry': 'r.example'}]},
    'registry with a port': entry(source_registry='localhost:5000'),
    'x- keys': config(**{'x-anything': {'free': [1, None]}}),
    'defaults': {'defaults': {'images': {'source_registry': 'r.example'}},
                 'images': [{'name': 'a', 'versions': ['1']}]},
    'target': config(target='./mirror'),
    'targets': config(targets=['./one', {'id': 'two', 'type': 'oci-layout', 'path': './two'}]),
    'run': config(run={'parallel': 4, 'retries': 2, 'fail_fast': True, 'connect_timeout': '10s',
                       'stall_timeout': 30}),
    'registries': config(registries={'r.example:5000': {
        'username': 'u', 'password': 'long enough', 'plain_http': True,
        'trusted_realms': ['auth.example'], 'mirrors': ['m.example/p'], 'max_connections': 3,
        'requests_per_second': 2.5, 'min_remaining': 10}}),
    'secret in a file': config(registries={'r.example': {
        'username': 'u', 'password': {'file': 'password'}}}),
    'plugins': config(plugins={'images': 'docker'}),
    'plugin with options': config(plugins={'images': {'id': 'docker'}}),
    'on_change for all': config(on_change='fail', index='verbatim'),
    'layouts': {'layouts': [{'name': 'a', 'path': './a', 'versions': ['1']}]},
}

BAD = {
    'unknown top-level key': config(nonsense=1),
    'unknown field': entry(platform=['linux/amd64']),
    'missing name': entry(name=None),
    'missing source_registry': entry(source_registry=None),
    'missing versions': entry(versions=None),
    'versions is a string': entry(versions='1'),
    'version is a number': entry(versions=[1.2]),
    'version is a bool': entry(versions=[True]),
    'version is null': entry(versions=[None]),
    'version with a space': entry(versions=['a b']),
    'no versions': entry(versions=[]),
    'pin with an unknown key': entry(versions=[{'tag': '1', 'digets': DIGEST}]),
    'pin with a bad digest': entry(versions=[{'tag': '1', 'digest': 'sha256:xyz'}]),
    'empty pin': entry(versions=[{}]),
    'selector with an unknown key': entry(versions=[{'regex': '^1'}]),
    'selector beside a tag': entry(versions=[{'tag': '1', 'latest': 3}]),
    'selector beside a digest': entry(versions=[{'digest': DIGEST, 'semver': '*'}]),
    'empty pattern': entry(versions=[{'pattern': ''}]),
    'pattern is a list': entry(versions=[{'pattern': ['a']}]),
    'range is a number': entry(versions=[{'semver': 1.2}]),
    'range of words': entry(versions=[{'semver': 'newest'}]),
    'range that ends in an operator': entry(versions=[{'semver': '^1 ||'}]),
    'range without a separator': entry(versions=[{'semver': '1.2.3>1'}]),
    'exclude is an empty list': entry(versions=[{'latest': 1, 'exclude': []}]),
    'exclude of a number': entry(versions=[{'latest': 1, 'exclude': [1]}]),
    'latest is 0': entry(versions=[{'latest': 0}]),
    'latest is text': entry(versions=[{'latest': '3'}]),
    'sort unknown': entry(versions=[{'sort': 'version'}]),
    'prerelease is text': entry(versions=[{'prerelease': 'yes'}]),
    'age without a unit': entry(versions=[{'newer_than': '90'}]),
    'age is a number': entry(versions=[{'newer_than': 90}]),
    'age in weeks': entry(versions=[{'newer_than': '2w'}]),
    'no platforms': entry(platforms=[]),
    'platform of one word': entry(platforms=['linux']),
    'platform in upper case': entry(platforms=['Linux/AMD64']),
    'platform of four words': entry(platforms=['a/b/c/d']),
    'empty name': entry(name=''),
    'name is a list': entry(name=['a']),
    'registry with a scheme': entry(source_registry='https://r.example'),
    'on_change unknown': entry(on_change='replace'),
    'index unknown': config(index='cut'),
    'entry is a string': {'images': ['nginx']},
    'section is a map': {'images': {'name': 'a'}},
    'defaults with an unknown key': config(defaults={'images': {'nonsense': 1}}),
    'defaults of no section': config(defaults={'wheels': {}}),
    'target and targets': config(target='./a', targets=['./b']),
    'no targets': config(targets=[]),
    'target is a number': config(target=5),
    'run: unknown key': config(run={'paralel': 4}),
    'run: wrong type': config(run={'parallel': '4'}),
    'run: out of range': config(run={'parallel': 0}),
    'run: fail_fast is text': config(run={'fail_fast': 'yes'}),
    'registry: unknown key': config(registries={'r.example': {'user': 'u'}}),
    'registry: plain_http is text': config(registries={'r.example': {'plain_http': 'true'}}),
    'secret of another form': config(registries={'r.example': {
        'username': 'u', 'password': {'path': 'x'}}}),
    'plugins is a list': config(plugins=['docker']),
    'layout without a path': {'layouts': [{'name': 'a', 'versions': ['1']}]},
    'document is a list': [IMAGE],
}

TWO = {'images': [copy.deepcopy(IMAGE), {**IMAGE, 'source_registry': 'other.example'}]}

# The classes that a schema can't express: valid by the schema, refused by validate.
BEYOND = {
    'duplicate entry': {'images': [copy.deepcopy(IMAGE), copy.deepcopy(IMAGE)]},
    'duplicate version': entry(versions=['1', '1']),
    'collision of destinations': TWO,
    'pattern that is none': entry(versions=[{'pattern': '('}]),
    'range with a number that is too large': entry(versions=[{'semver': '99999999999999999999'}]),
    'age where the source knows no dates': entry(versions=[{'newer_than': '90d'}]),
    'sort by date where the source knows no dates': entry(versions=[{'sort': 'date'}]),
    'exclude without a selector': entry(versions=['1', {'exclude': 'perl'}]),
    'unknown placeholder': entry(destination='{nmae}:{version}'),
    'destination that is no repository': entry(destination='A/{name}:{version}'),
    'version that is no tag at the destination': entry(destination='{name}:-{version}'),
    'id of a target that nobody has': entry(targets=['backup']),
    'target that no plugin takes': config(targets=[{'id': 'a', 'type': 'nobody'}]),
    'option of a target that its plugin lacks':
        config(target={'type': 'oci-layout', 'path': './a', 'pth': './b'}),
    'plugin that is not there': config(plugins={'images': 'nobody'}),
    'variable that is not set': config(target='${NOT_SET_ANYWHERE}/mirror'),
}


@unittest.skipIf(jsonschema is None, 'python3-jsonschema is not installed')
class Schema(harness.TestCase):

    def schema(self, *args):
        return json.loads(self.artmirror('schema', *args).stdout)

    def passes_schema(self, document, *args):
        return jsonschema.Draft202012Validator(self.schema(*args)).is_valid(document)

    def passes_validate(self, document):
        self.write('password', 'a secret of a file\n', 0o600)
        path = self.write('config.yaml', json.dumps(document))
        done = self.artmirror('validate', '--config', path, status=None)
        self.assertIn(done.returncode, (0, 2), done.stderr)
        return done.returncode == 0

    def compare(self, documents, by_schema, by_validate):
        validator = jsonschema.Draft202012Validator(self.schema())
        for name, document in documents.items():
            with self.subTest(name):
                self.assertEqual((validator.is_valid(document), self.passes_validate(document)),
                                 (by_schema, by_validate), '(schema, validate)')

    def test_it_is_a_schema_of_2020_12(self):
        schema = self.schema()
        self.assertEqual(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema')
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator.check_schema(self.schema('images'))

    def test_what_is_valid_passes_both(self):
        self.compare(GOOD, True, True)

    def test_what_is_wrong_fails_both(self):
        self.compare(BAD, False, False)

    def test_the_classes_that_a_schema_can_not_express(self):
        self.compare(BEYOND, True, False)

    def test_the_originals_images(self):
        document = {'images': [
            {'name': 'hashicorp/vault', 'versions': ['1.19.0', '1.19.5'],
             'source_registry': 'docker.io', 'platforms': ['linux/amd64']},
            {'name': 'library/nginx', 'versions': ['1.27'], 'source_registry': 'docker.io'}]}
        self.assertTrue(self.passes_schema(document))
        self.assertTrue(self.passes_schema(document, 'images'))

    def test_schema_of_one_section_knows_no_other(self):
        self.assertFalse(self.passes_schema(GOOD['layouts'], 'images'))
        self.assertTrue(self.passes_schema(GOOD['layouts'], 'layouts'))

    def test_unknown_section(self):
        done = self.artmirror('schema', 'wheels', status=2)
        self.assertIn("no plugin claims 'wheels:'", done.stderr)


if __name__ == '__main__':
    harness.main()
