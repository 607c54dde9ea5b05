# SPDX-License-Identifier: Apache-2.0
"""What a result was taken on: commit, machine, versions of all programs."""
import datetime
import os
import platform
import re
import subprocess

VERSION = re.compile(r'v?\d+\.\d+(\.\d+)?[-+.\w]*')
COMMANDS = {'crane': ['version'], 'regsync': ['version'], 'oras': ['version'],
            'helm3': ['version', '--short'], 'helm4': ['version', '--short'],
            'helm': ['version', '--short'], 'ocync': ['version']}


def output_of(argv) -> str:
    try:
        done = subprocess.run([str(each) for each in argv], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ''
    return (done.stdout or done.stderr).strip()


def version_of(name: str, path) -> str:
    text = output_of([path, *COMMANDS.get(name, ['--version'])])
    found = VERSION.search(text)
    return found[0] if found else text.partition('\n')[0] or 'unknown'


def commit(top) -> dict:
    git = ['git', '-C', str(top)]
    return {'commit': output_of([*git, 'rev-parse', 'HEAD']) or 'unknown',
            'changed files': len(output_of([*git, 'status', '--porcelain']).splitlines())}


def cpu() -> dict:
    found = {'model': platform.machine(), 'cores': os.cpu_count(), 'sha extensions': False}
    with open('/proc/cpuinfo', encoding='utf-8', errors='replace') as info:
        for line in info:
            name, _, value = line.partition(':')
            if name.strip() == 'model name':
                found['model'] = value.strip()
            if name.strip() in ('flags', 'Features'):
                found['sha extensions'] = bool({'sha_ni', 'sha2'} & set(value.split()))
    return found


def memory_mib() -> int:
    return os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 20


def facts(top, options) -> dict:
    own = output_of([options.artmirror[0], '--version'])
    libcurl = re.search(r'libcurl (\S+?),', own)
    programs = {**options.tools, 'hyperfine': 'hyperfine', 'curl': 'curl',
                'docker-registry' if not options.named_registry else 'registry': options.registry}
    return {
        'taken': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
        **commit(top),
        'size': options.size, 'runs': options.runs, 'cpu': cpu(), 'memory MiB': memory_mib(),
        'kernel': platform.release(), 'artmirror': own.partition('\n')[0],
        'libcurl': libcurl[1] if libcurl else 'unknown',
        'versions': {name: version_of(name, path) for name, path in programs.items()},
        'not installed': options.missing}
