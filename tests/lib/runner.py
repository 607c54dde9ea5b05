# SPDX-License-Identifier: Apache-2.0
"""What GitHub's runner makes of a step's output and of the files that it gives the step, as
actions/runner does it (ActionCommand.cs, FileCommandManager.cs)."""
import re
from typing import NamedTuple

# The commands that the runner knows, and those of its file commands that once were commands.
KNOWN = {'warning', 'error', 'notice', 'debug', 'group', 'endgroup', 'add-mask', 'add-matcher',
         'remove-matcher', 'add-path', 'set-env', 'set-output', 'save-state', 'echo',
         'stop-commands', 'internal-set-repo-path'}
PER_LEVEL = 10
MESSAGE_MAX = 4096
SUMMARY_MAX = 1 << 20


class Command(NamedTuple):
    name: str
    properties: dict
    data: str


def _unescape(text: str, pairs) -> str:
    for escaped, plain in pairs:
        text = text.replace(escaped, plain)
    return text


def _data(text: str) -> str:
    return _unescape(text, (('%0D', '\r'), ('%0A', '\n'), ('%25', '%')))


def _property(text: str) -> str:
    return _unescape(text, (('%0D', '\r'), ('%0A', '\n'), ('%3A', ':'), ('%2C', ','), ('%25', '%')))


def _properties(text: str) -> dict:
    pairs = [part.split('=', 1) for part in text.split(',') if '=' in part]
    return {name.strip(): _property(value) for name, value in pairs}


def command_of(line: str):
    """The command that a line is, or None."""
    trimmed = line.lstrip()
    if trimmed.startswith('::') and '::' in trimmed[2:]:
        head, data = trimmed[2:].split('::', 1)
        name, _, rest = head.partition(' ')
        if name in KNOWN:
            return Command(name, _properties(rest), _data(data))
    found = re.search(r'##\[([^\]]*)\](.*)', line)
    if found:
        name, _, rest = found[1].partition(' ')
        if name in KNOWN:
            return Command(name, _properties(rest.replace(';', ',')), _data(found[2]))
    return None


def lines_of(text: str) -> list:
    return re.split('\r\n|\r|\n', text)


def commands(text: str) -> list:
    return [found for found in map(command_of, lines_of(text)) if found]


def groups(text: str) -> list:
    """[(title, lines)] of what is folded; fails where groups are not what they should be."""
    found, inside = [], None
    for line in lines_of(text):
        command = command_of(line)
        if command and command.name == 'group':
            assert inside is None, f'a group in a group: {line}'
            inside = (command.data, [])
        elif command and command.name == 'endgroup':
            assert inside is not None, 'a group ends that did not begin'
            found.append(inside)
            inside = None
        elif inside is not None:
            inside[1].append(line)
    assert inside is None, 'a group without an end'
    return found


def outputs(text: str) -> dict:
    """The file $GITHUB_OUTPUT."""
    found, lines = {}, lines_of(text)
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line:
            continue
        equals, heredoc = line.find('='), line.find('<<')
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            found[line[:equals]] = line[equals + 1:]
            continue
        assert heredoc >= 0, f'no output: {line!r}'
        name, delimiter = line[:heredoc], line[heredoc + 2:]
        end = lines.index(delimiter, at)
        found[name] = '\n'.join(lines[at:end])
        at = end + 1
    return found
