# SPDX-License-Identifier: Apache-2.0
"""How each tool is told to mirror a list of tags: its config files and its command line."""
import json
from dataclasses import dataclass
from pathlib import Path

MIRRORS = ('ocync', 'regsync', 'oras', 'crane', 'skopeo')
REMEMBER = ('artmirror', 'ocync', 'skopeo')  # something between two runs
CAN_BE_PARALLEL = ('artmirror', 'ocync', 'regsync', 'oras', 'crane')
PARALLEL = {'ocync': 50, 'regsync': 8, 'oras': 4, 'crane': 4}


@dataclass
class Task:
    """What is to be mirrored: from one HOST:PORT to another, (repository, tag) pairs. parallel:
    None for the tool's setting of PARALLEL (artmirror: its default); ca: a file, for https."""
    source: str
    target: str
    tags: list
    folder: Path
    parallel: int = None
    ca: Path = None

    def repositories(self) -> dict:
        found = {}
        for repository, name in self.tags:
            found.setdefault(repository, []).append(name)
        return found

    def setting(self, tool: str) -> int:
        return self.parallel or PARALLEL[tool]

    def write(self, name: str, document) -> Path:
        path = self.folder / name
        text = document if isinstance(document, str) else json.dumps(document)  # JSON is YAML
        path.write_text(text, encoding='utf-8')
        return path


def artmirror(program, task: Task) -> list:
    plain = {} if task.ca else {'registries': {host: {'plain_http': True}
                                              for host in (task.source, task.target)}}
    path = task.write('artmirror.yaml', {**plain, 'images': [
        {'name': repository, 'source_registry': task.source, 'versions': names}
        for repository, names in task.repositories().items()]})
    more = ['--parallel', str(task.parallel)] if task.parallel else []
    return [*program, 'mirror', '--config', path, '--target', task.target, '--no-scan', *more]


def regsync(program, task: Task) -> list:
    setting = task.setting('regsync')
    tls = {'tls': 'enabled' if task.ca else 'disabled'}
    path = task.write('regsync.yaml', {
        'version': 1,
        'creds': [{'registry': host, 'reqConcurrent': setting, **tls}
                  for host in (task.source, task.target)],
        'defaults': {'parallel': setting},
        'sync': [{'source': f'{task.source}/{repository}:{name}',
                  'target': f'{task.target}/{repository}:{name}', 'type': 'image'}
                 for repository, name in task.tags]})
    return [program, 'once', '-c', path]


def ocync(program, task: Task) -> list:
    setting = task.setting('ocync')
    path = task.write('ocync.yaml', {
        'global': {'max_concurrent_transfers': setting, 'cache_dir': str(task.folder / 'cache')},
        'registries': {name: {'url': host, 'auth_type': 'anonymous', 'max_concurrent': setting}
                       for name, host in (('source', task.source), ('target', task.target))},
        'defaults': {'source': 'source', 'targets': ['target'], 'artifacts': {'enabled': False}},
        'mappings': [{'from': repository, 'to': repository, 'tags': {'glob': names}}
                     for repository, names in task.repositories().items()]})
    return [program, 'sync', '--config', path]


def skopeo(program, task: Task) -> list:
    """Its target keeps the last part of a name only: all repositories are in one folder."""
    verify = bool(task.ca)
    folder = next(iter(task.repositories())).rpartition('/')[0]
    path = task.write('skopeo.yaml', {task.source: {
        'tls-verify': verify, 'images': task.repositories()}})
    policy = task.write('policy.json', {'default': [{'type': 'insecureAcceptAnything'}]})
    return [program, '--policy', policy, 'sync', '--all', '--preserve-digests', '--src', 'yaml',
            '--dest', 'docker', f'--dest-tls-verify={"true" if verify else "false"}', path,
            f'{task.target}/{folder}']


def one_by_one(name: str, task: Task, command: list) -> list:
    """Several processes at a time of a tool that copies one tag."""
    pairs = ''.join(f'{task.source}/{repository}:{tag} {task.target}/{repository}:{tag}\n'
                    for repository, tag in task.tags)
    path = task.write(f'{name}.list', pairs)
    return ['xargs', '-a', path, '-P', str(task.setting(name)), '-n', '2', *command]


def crane(program, task: Task) -> list:
    return one_by_one('crane', task, [program, 'copy'])


def oras(program, task: Task) -> list:
    plain = [] if task.ca else ['--from-plain-http', '--to-plain-http']
    return one_by_one('oras', task, [program, 'cp', *plain])


COMMANDS = {'artmirror': artmirror, 'regsync': regsync, 'ocync': ocync, 'skopeo': skopeo,
            'crane': crane, 'oras': oras}


def mirror_command(name: str, program, task: Task) -> tuple:
    """(argv, additions to the environment) of a tool's mirroring run."""
    env = {'SSL_CERT_FILE': str(task.ca)} if task.ca else {}
    return COMMANDS[name](program, task), env
