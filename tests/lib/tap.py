# SPDX-License-Identifier: Apache-2.0
"""unittest results as TAP, one line a test method, the details of failures as comments."""
import sys
import unittest


def name_of(test) -> str:
    return '.'.join(test.id().split('.')[-2:])


class Result(unittest.TestResult):
    """Prints each test's line when it is over."""

    def __init__(self, tests, stream):
        super().__init__()
        self.number = {name_of(test): i for i, test in enumerate(tests, 1)}
        self.reported = set()
        self.failed = {}
        self.class_outcome = {}  # class name: (skip reason or None, details)
        self.stream = stream

    def line(self, name, passed, directive='', details=''):
        self.reported.add(name)
        state = 'ok' if passed else 'not ok'
        self.stream.write(f'{state} {self.number[name]} - {name}{directive}\n')
        for text in details.rstrip().splitlines():
            self.stream.write(f'# {text}\n')
        self.stream.flush()

    def details(self, test, err, label=''):
        name = name_of(test)
        text = self._exc_info_to_string(err, test)
        if name in self.number:
            self.failed[name] = self.failed.get(name, '') + label + text
        else:  # setUpClass or tearDownClass
            self.class_outcome[test.id()] = (None, text)

    def addError(self, test, err):
        super().addError(test, err)
        self.details(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.details(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.details(test, err, f'{subtest._subDescription()}\n')

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        name = name_of(test)
        if name in self.number:
            if name not in self.reported and name not in self.failed:
                self.line(name, True, f' # SKIP {reason}')
        elif isinstance(test, unittest.case._SubTest):
            self.stream.write(f'# skipped: {test._subDescription()}: {reason}\n')
        else:
            self.class_outcome[test.id()] = (reason, '')

    def stopTest(self, test):
        super().stopTest(test)
        name = name_of(test)
        if name in self.failed:
            self.line(name, False, details=self.failed[name])
        elif name not in self.reported:
            self.line(name, True)

    def report_classes(self):
        """The tests that never ran because their class's set-up skipped or failed."""
        for name in self.number:
            if name in self.reported:
                continue
            group = name.split('.')[0]
            for where, (reason, details) in self.class_outcome.items():
                if where.rstrip(')').split('.')[-1] == group:
                    skip = f' # SKIP {reason}' if reason is not None else ''
                    self.line(name, reason is not None, skip, details)
                    break
            else:
                self.line(name, False, details='did not run')
        for where, (reason, details) in self.class_outcome.items():
            if where.startswith('tearDownClass'):
                self.stream.write(f'Bail out! {where}: {details.splitlines()[-1]}\n')


def flatten(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(item)
        else:
            yield item


def main(module, patterns) -> None:
    sys.stdout.reconfigure(errors='backslashreplace')
    tests = list(flatten(unittest.defaultTestLoader.loadTestsFromModule(module)))
    if patterns:
        tests = [test for test in tests if any(part in name_of(test) for part in patterns)]
    print(f'1..{len(tests)}', flush=True)
    result = Result(tests, sys.stdout)
    unittest.TestSuite(tests).run(result)
    result.report_classes()
