# SPDX-License-Identifier: Apache-2.0
"""One timed run: hyperfine around /usr/bin/time around the command."""
import json
import re
import shlex
import subprocess
from pathlib import Path

TIME = '/usr/bin/time'
BY_HYPERFINE = re.compile(r'Benchmark \d|Error: (Command terminated|The first benchmark)|'
                          r'Command exited with')
SOUNDS_BAD = re.compile(r'error|fail|fatal|refused', re.IGNORECASE)


class Failed(Exception):
    """The command's exit status was not 0; the text has the end of what it printed."""


def timed(argv, env: dict, folder: Path) -> dict:
    """Wall time, user and system time in seconds (hyperfine, which has microseconds where
    /usr/bin/time has hundredths) and the peak RSS in MiB (/usr/bin/time: of the largest process,
    where the command starts several)."""
    numbers, memory, said = folder / 'hyperfine.json', folder / 'time', folder / 'said'
    inner = [TIME, '-f', '%M', '-o', str(memory), *map(str, argv)]
    with open(said, 'wb') as output:
        done = subprocess.run(
            ['hyperfine', '--runs', '1', '--shell=none', '--show-output',
             '--export-json', str(numbers), shlex.join(inner)],
            env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            check=False)
    if done.returncode:
        raise Failed(end_of(said))
    found = json.loads(numbers.read_text(encoding='utf-8'))['results'][0]
    return {'wall': found['mean'], 'user': found['user'], 'sys': found['system'],
            'cpu': found['user'] + found['system'],
            'rss': int(memory.read_text(encoding='ascii').split()[-1]) / 1024}


def end_of(path: Path) -> str:
    """What a failed command said last, of errors if it said that word."""
    lines = [line.strip() for line in path.read_text(encoding='utf-8', errors='replace')
             .splitlines() if line.strip() and not BY_HYPERFINE.match(line)]
    errors = [line for line in lines if SOUNDS_BAD.search(line)]
    return ' / '.join((errors or lines)[-2:])[:500] or 'it failed and said nothing'
