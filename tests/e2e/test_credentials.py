#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where credentials come from: the config, docker's and podman's files, helpers."""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
from auth_case import AuthCase, coded  # noqa: E402


class Files(AuthCase):
    """docker's and podman's credential files and helpers."""

    def basic_pair(self):
        return self.pair(basic=('user', self.password))

    def auths(self, key):
        return json.dumps({'auths': {key: {'auth': coded('user', self.password)}}})

    def test_places(self):
        places = {
            'docker': ('home/.docker/config.json', {}),
            'DOCKER_CONFIG': ('elsewhere/config.json', {'DOCKER_CONFIG': 'elsewhere'}),
            'podman': ('home/.config/containers/auth.json', {}),
            'XDG_RUNTIME_DIR': ('run/containers/auth.json', {'XDG_RUNTIME_DIR': 'run'}),
            'REGISTRY_AUTH_FILE': ('my-auth.json', {'REGISTRY_AUTH_FILE': 'my-auth.json'}),
        }
        for name, (place, variables) in places.items():
            with self.subTest(name=name):
                source, target = self.basic_pair()
                path = self.write(place, self.auths(target.address))
                self.push(source, target,
                          env={key: self.tmp / value for key, value in variables.items()})
                path.unlink()

    def test_docker_auth_config(self):
        source, target = self.basic_pair()
        self.push(source, target, env={'DOCKER_AUTH_CONFIG': self.auths(target.address)})

    def test_keys(self):
        for form in ('{}', 'http://{}', 'https://{}/v1/', '{}/m'):
            with self.subTest(form=form):
                source, target = self.basic_pair()
                self.write('home/.config/containers/auth.json',
                           self.auths(form.format(target.address)))
                self.push(source, target)

    def test_config_beats_files(self):
        source, target = self.basic_pair()
        wrong = self.secret()
        self.write('home/.docker/config.json', json.dumps(
            {'auths': {target.address: {'auth': coded('user', wrong)}}}))
        self.push(source, target, self.settings(target))

    def test_password_with_colons(self):
        self.password = self.secret() + ':a:b'
        source, target = self.basic_pair()
        self.write('home/.docker/config.json', self.auths(target.address))
        self.push(source, target)

    def test_secret_from_variable_and_file(self):
        source, target = self.basic_pair()
        self.push(source, target, {target.address: {'username': 'user',
                                                    'password': '${MY_PASSWORD}'}},
                  env={'MY_PASSWORD': self.password})
        source, target = self.basic_pair()
        self.write('password.txt', self.password + '\n', 0o600)
        self.push(source, target, {target.address: {'username': 'user',
                                                    'password': {'file': 'password.txt'}}})

    def helper(self, script, name='mine'):
        folder = self.tmp / 'bin'
        self.write(f'bin/docker-credential-{name}', '#!/bin/sh\n' + script, 0o755)
        return {'PATH': f'{folder}:{os.environ["PATH"]}'}

    def test_helper(self):
        answer = json.dumps({'ServerURL': '', 'Username': 'user', 'Secret': self.password})
        env = self.helper(f'read host; echo "$1 $host" >> {self.tmp}/asked; echo \'{answer}\'\n')
        for name, document in (
                ('credHelpers', lambda host: {'credHelpers': {host: 'mine'}}),
                ('credsStore', lambda host: {'credsStore': 'mine', 'auths': {host: {}}})):
            with self.subTest(name=name):
                source, target = self.basic_pair()
                self.write('home/.docker/config.json', json.dumps(document(target.address)))
                self.push(source, target, env=env)
                asked = (self.tmp / 'asked').read_text(encoding='utf-8').splitlines()
                self.assertEqual(asked[-1], f'get {target.address}')

    def test_helper_from_the_config(self):
        answer = json.dumps({'Username': 'user', 'Secret': self.password})
        env = self.helper(f"cat >/dev/null; echo '{answer}'\n")
        source, target = self.basic_pair()
        self.push(source, target, {target.address: {'helper': 'mine'}}, env=env)

    def test_x2_bad_helpers(self):
        password = self.password
        self.each({
            'fails': f'echo {password} >&2; echo broken; exit 1\n',
            'huge': 'head -c 3000000 /dev/zero | tr "\\0" x\n',
            'garbage': f'echo {password}\n',
            'no secret': 'echo \'{"Username":"user"}\'\n',
            'killed': 'kill -9 $$\n',
        }, self.bad_helper)

    def bad_helper(self, name, script):
        source, target = self.mock(), self.mock(basic=('user', self.password))
        source.seed(images.image('h'), 'app', '1')
        name = name.replace(' ', '-')
        path = self.config([self.entry(source, 'app', '1')], target.address,
                           registries={target.address: {'helper': name}}, run={'retries': 0},
                           name=f'{name}.yaml')
        found = self.mirror(path, status=None, env=self.helper(script, name))
        self.assertIn(found.done.returncode, (1, 3, 8))
        self.assertEqual(target.state.check(), 0)

    def test_helper_that_knows_nothing_is_anonymous(self):
        env = self.helper('cat >/dev/null; echo "credentials not found in native keychain"; '
                          'exit 1\n')
        source, target = self.pair()
        self.write('home/.docker/config.json', json.dumps({'credsStore': 'mine'}))
        self.push(source, target, env=env)


if __name__ == '__main__':
    harness.main()
