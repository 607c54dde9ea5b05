# SPDX-License-Identifier: Apache-2.0
"""A public source, a target that wants credentials, and a password that is a canary."""
import base64

import images
from scenario import Scenario


def coded(user, password) -> str:
    return base64.b64encode(f'{user}:{password}'.encode()).decode()


class AuthCase(Scenario):

    def setUp(self):
        super().setUp()
        self.password = self.secret()

    def tokens(self, **how):
        return self.token_server({'user': self.password}, **how)

    def pair(self, tokens=None, chosen='generic', **how):
        """A public source and a target that wants credentials."""
        source = self.mock()
        target = self.mock(chosen, token=tokens, **how)
        self.image = source.seed(images.multi_platform('auth'), 'app', '1')
        return source, target

    def settings(self, server, **more):
        return {server.address: {'username': 'user', 'password': self.password, **more}}

    def path(self, source, target, registries=None, **more):
        return self.config([self.entry(source, 'app', '1')], f'{target.address}/m',
                           registries=registries, run={'retries': 1}, **more)

    def push(self, source, target, registries=None, status=0, **how):
        found = self.mirror(self.path(source, target, registries), status=status, **how)
        if status == 0:
            self.assertEqual(target.state.tag('m/app', '1'), self.image.digest)
        else:
            self.assertEqual(target.state.check(), 0)
        return found
