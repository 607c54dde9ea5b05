#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real run reports against docs/run-report.schema.json, by an independent validator."""
import copy
import json
import sys
import unittest
from pathlib import Path

try:
    import jsonschema
except ImportError:
    jsonschema = None

sys.path.insert(0, str(Path(__file__).parents[1] / 'lib'))
import harness
import images
from mock import status
from scenario import Scenario

SCHEMA = harness.SRCDIR / 'docs' / 'run-report.schema.json'


@unittest.skipIf(jsonschema is None, 'python3-jsonschema is not installed')
class ReportSchema(Scenario):
    def setUp(self):
        super().setUp()
        schema = json.loads(SCHEMA.read_text(encoding='utf-8'))
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)
        self.source, self.target = self.mock(), self.mock()
        self.source.seed(images.multi_platform('app'), 'app', '1', '2')
        self.path = self.config([self.entry(self.source, 'app', '1', '2')],
                                f'{self.target.address}/m')

    def valid(self, report):
        errors = [f'{"/".join(map(str, each.absolute_path))}: {each.message}'
                  for each in self.validator.iter_errors(report.document)]
        self.assertEqual(errors, [])

    def test_created_unchanged_updated(self):
        first = self.mirror(self.path)
        self.assertEqual(first.statuses(), ['created', 'created'])
        self.valid(first)
        second = self.mirror(self.path)
        self.assertEqual(second.statuses(), ['unchanged', 'unchanged'])
        self.valid(second)
        self.source.seed(images.multi_platform('other'), 'app', '2')
        third = self.mirror(self.path)
        self.assertEqual(sorted(third.statuses()), ['unchanged', 'updated'])
        self.valid(third)

    def test_plan(self):
        self.valid(self.plan(self.path))

    def test_failed_and_cancelled(self):
        path = self.config([self.entry(self.source, 'app', '1'),
                            self.entry(self.source, 'gone', '1')], f'{self.target.address}/m',
                           run={'parallel': 1})
        report = self.mirror(path, '--fail-fast', status=4)
        self.assertIn('failed', report.statuses())
        self.valid(report)

    def test_server_errors(self):
        self.source.fault('GET .*/blobs/', status(500), times=-1)
        report = self.mirror(self.config([self.entry(self.source, 'app', '1')],
                                         f'{self.target.address}/m', run={'retries': 0}), status=1)
        self.valid(report)

    def test_the_schema_refuses_other_documents(self):
        report = self.mirror(self.path).document
        for change in ({'schema': 'artmirror.run/2'}, {'jobs': {}}, {'totals': 3}):
            self.assertFalse(self.validator.is_valid({**report, **change}), change)
        for field in ('status', 'key'):
            broken = copy.deepcopy(report)
            del broken['jobs'][0][field]
            self.assertFalse(self.validator.is_valid(broken), field)
        report['jobs'][0]['status'] = 'fine'
        self.assertFalse(self.validator.is_valid(report))


if __name__ == '__main__':
    harness.main()
