# SPDX-License-Identifier: Apache-2.0
"""What tests of artmirror import share: its output read back."""
import re


class Flow:
    """The flow lists, flow maps and scalars that import writes."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def read(self):
        c = self.text[self.at]
        if c == "'":
            found = re.compile(r"'((?:[^']|'')*)'").match(self.text, self.at)
            self.at = found.end()
            return found[1].replace("''", "'")
        if c == '[':
            return self._members(']', self.read)
        if c == '{':
            return dict(self._members('}', self._pair))
        found = re.compile(r'[^,\]}]+').match(self.text, self.at)
        self.at = found.end()
        return found[0]

    def _pair(self):
        found = re.compile(r'(\w+): ').match(self.text, self.at)
        self.at = found.end()
        return found[1], self.read()

    def _members(self, end, read):
        found = []
        self.at += 1
        while self.text[self.at] != end:
            found.append(read())
            if self.text[self.at] == ',':
                self.at += 2
        self.at += 1
        return found


def scalar(text):
    return text if text.startswith('$') else Flow(text).read()


class Imported:
    """What import printed, read back: entries, settings and comments."""

    def __init__(self, text, status):
        self.text, self.status = text, status
        self.comments = [line.strip() for line in text.splitlines()
                         if line.lstrip().startswith('#')]
        self.lost = [each[len('# not carried over: '):] for each in self.comments
                     if each.startswith('# not carried over: ')]
        self.entries, self.settings = [], {}
        section = None
        for line in text.splitlines():
            if not line.strip() or line.lstrip().startswith('#'):
                continue
            top = re.fullmatch(r'(\w+):(?: (.*))?', line)
            if top:
                section = top[1]
                self.settings[section] = scalar(top[2]) if top[2] else {}
                continue
            item = re.fullmatch(r'      - (.*)', line)
            if item:
                entry['versions'].append(scalar(item[1]))
                continue
            first = line.startswith('  - ')
            key, value = re.fullmatch(r'(?:  - |    |  )(.+?):(?: (.*))?', line).groups()
            if section in ('images', 'targets'):
                if first:
                    entry = {'section': section}
                    (self.entries if section == 'images' else self.targets()).append(entry)
                entry[key] = [] if value is None else scalar(value)
            elif not line.startswith('    '):
                entry = self.settings[section][Flow(key).read()] = {}
                if value is not None:
                    self.settings[section][key] = scalar(value)
            else:
                entry[key] = scalar(value)

    def targets(self):
        return self.settings.setdefault('target list', [])

    def entry(self, name):
        found = [entry for entry in self.entries if entry['name'] == name]
        assert len(found) == 1, f'{name}: {len(found)} entries'
        return found[0]


class ImportCase:
    """To be mixed into a TestCase."""

    def imported(self, text, status=0, name='peer.yml', **how):
        done = self.artmirror('import', self.write(name, text), status=status, **how)
        found = Imported(done.stdout, done.returncode)
        self.assertEqual(done.returncode, 1 if found.lost else 0)
        return found

    def validated(self, found, **env):
        path = self.write('imported.yaml', found.text)
        self.artmirror('validate', '--config', path, env=env)
        return path

    def refused(self, text, message, name='peer.yml'):
        done = self.artmirror('import', self.write(name, text), status=2)
        self.assertEqual(done.stdout, '')
        self.assertIn(message, done.stderr)
        return done

    def assertLost(self, found, *beginnings):
        """Exactly these were not carried over."""
        self.assertEqual(len(found.lost), len(beginnings), found.lost)
        for lost, beginning in zip(found.lost, beginnings):
            self.assertTrue(lost.startswith(beginning), lost)

    def step(self, more='', source='a.example/app:1', target='t.example/app:1', kind='image'):
        return (f'sync:\n  - source: {source}\n    target: {target}\n    type: {kind}\n'
                + ''.join(f'    {line}\n' for line in more.splitlines()))
