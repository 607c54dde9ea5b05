#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Credentials of chart repositories: where they come from, and that they go nowhere else."""
import base64
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import charts  # noqa: E402
import harness  # noqa: E402
from auth_case import coded  # noqa: E402
from chart_case import ChartCase  # noqa: E402
from mock import Response, redirect  # noqa: E402


class CredentialCase(ChartCase):

    def setUp(self):
        super().setUp()
        self.password = self.secret()
        self.chart = charts.chart('demo', '1.0.0', provenance=True)
        self.target = self.mock()

    def private(self, **how):
        return self.repository(self.chart, basic=('user', self.password), **how)

    def settings(self, *servers, **more):
        return {each.address: {'username': 'user', 'password': self.password, **more}
                for each in servers}

    def path(self, source, registries=None, **more):
        return self.chart_config([self.chart_entry(source, 'demo', '1.0.0', **more)],
                                 self.target.address, registries=registries, run={'retries': 0})

    def copied(self, source, registries=None, env=None):
        self.assertEqual(self.mirror(self.path(source, registries), env=env).statuses(),
                         ['created'])
        self.assertEqual(self.target.state.tag('stable/demo', '1.0.0'),
                         charts.as_pushed(self.chart).digest)

    def file_trap(self, **how):
        """Gives the chart and its provenance to everybody, and remembers what it heard."""
        def answer(request):
            end = self.chart.provenance if request.path.endswith('.prov') else self.chart.data
            return Response(200, [('Content-Type', 'application/octet-stream')], end)
        return self.trap(answer, **how)

    def helm_repositories(self, *entries):
        lines = [{'name': f'r{i}', **entry} for i, entry in enumerate(entries)]
        path = self.write('repositories.yaml', charts.yaml_text(
            {'apiVersion': '', 'generated': '0001-01-01T00:00:00Z', 'repositories': lines}))
        return {'HELM_REPOSITORY_CONFIG': path}


class OfTheConfig(CredentialCase):

    def test_after_a_challenge_and_without_one(self):
        """Servers that hide private files answer 404 to those without credentials."""
        for hides in (False, True):
            with self.subTest(hides=hides):
                self.target = self.mock()
                source = self.private(hides=hides)
                self.copied(source, self.settings(source))

    def test_none_and_wrong_ones(self):
        source = self.private()
        found = self.mirror(self.path(source), status=3)
        self.assertIn(source.address, found.said)
        wrong = self.secret()
        self.mirror(self.path(source, {source.address: {'username': 'user', 'password': wrong}}),
                    status=3)
        self.assertEqual(self.target.writes(), [])

    def test_an_index_that_names_another_server(self):
        trap = self.file_trap()
        self.chart.listed['urls'] = [f'{trap.url}/demo-1.0.0.tgz']
        source = self.private()
        self.copied(source, self.settings(source))
        self.assertEqual([each.path for each in trap.requests('^GET ')],
                         ['/demo-1.0.0.tgz', '/demo-1.0.0.tgz.prov'])
        trap.check([self.password])

    def test_an_index_that_names_another_name_of_the_server(self):
        """Another origin, even if it is the same machine."""
        trap = self.file_trap(name='localhost')
        self.chart.listed['urls'] = [f'{trap.url}/demo-1.0.0.tgz']
        source = self.private()
        self.copied(source, self.settings(source))
        trap.check([self.password])

    def test_a_server_of_its_own_credentials(self):
        other = self.repository(self.chart, basic=('user', self.password))
        self.chart.listed['urls'] = [f'{other.url}/charts/demo-1.0.0.tgz']
        source = self.private()
        self.copied(source, self.settings(source, other))

    def test_redirects(self):
        for code in (301, 302, 303, 307, 308):
            for what in ('index.yaml', 'tgz$', 'prov$'):
                with self.subTest(code=code, what=what):
                    self.target = self.mock()
                    source = self.private()
                    bytes_of = {'index.yaml': source.files['/charts/index.yaml'],
                                'tgz$': self.chart.data, 'prov$': self.chart.provenance}
                    trap = self.trap(lambda _request, d=bytes_of[what]: Response(200, body=d))
                    source.fault(what, redirect(f'{trap.url}{{target}}', code), times=-1)
                    self.mirror(self.path(source, self.settings(source)), status=None)
                    self.assertTrue(trap.requests())
                    trap.check([self.password])

    def test_charts_from_another_server_with_a_query(self):
        """The token of the repository's URL is for the repository."""
        token = 'only-for-the-repository'
        trap = self.file_trap()
        self.chart.listed['urls'] = [f'{trap.url}/demo-1.0.0.tgz']
        source = self.repository(self.chart, query=f'sig={token}')
        self.copied(source)
        trap.check([token])

    def test_a_trap_that_asks_for_them(self):
        trap = self.trap(lambda _request: Response(
            401, [('WWW-Authenticate', 'Basic realm="charts"')], b'who?'))
        self.chart.listed['urls'] = [f'{trap.url}/demo-1.0.0.tgz']
        source = self.private()
        self.mirror(self.path(source, self.settings(source)), status=3)
        trap.check([self.password])

    def test_userinfo_in_the_url(self):
        source = self.private()
        url = f'http://user:{self.password}@{source.address}/charts'
        found = self.artmirror('validate', '--config', self.path(url), status=2)
        self.assertIn('repo_url', found.stdout + found.stderr)
        self.assertEqual(source.requests(), [])

    def test_tls(self):
        ca = self.authority()
        source = self.private(tls=ca.issue('charts'))
        self.mirror(self.path(source, self.settings(source)), status=1)
        self.assertEqual(source.requests(), [], 'something was said before the certificate held')
        self.copied(source, self.settings(source, ca=str(ca.certificate)))

    def test_https_is_not_left(self):
        ca = self.authority()
        trap = self.file_trap()
        self.chart.listed['urls'] = [f'{trap.url}/demo-1.0.0.tgz']
        source = self.private(tls=ca.issue('charts'))
        settings = self.settings(source, ca=str(ca.certificate))
        self.mirror(self.path(source, settings), status=None)
        trap.check([self.password])

    def test_plain_http_elsewhere_is_refused(self):
        """Without a request: nothing listens there."""
        found = self.mirror(self.path('http://charts.example/x'), status=None)
        self.assertIn('plain_http', found.said)


class OfHelm(CredentialCase):

    def test_repositories(self):
        source = self.private(hides=True)
        env = self.helm_repositories(
            {'url': 'https://charts.example', 'username': 'x', 'password': 'y'},
            {'url': source.repo_url, 'username': 'user', 'password': self.password})
        self.copied(source, env=env)

    def test_only_where_the_variable_points_to(self):
        source = self.private()
        text = charts.yaml_text({'repositories': [{'name': 'r', 'url': source.repo_url,
                                                   'username': 'user',
                                                   'password': self.password}]})
        self.write('home/.config/helm/repositories.yaml', text)
        self.mirror(self.path(source), status=3)

    def test_the_config_wins(self):
        source = self.private()
        wrong = self.secret()
        env = self.helm_repositories({'url': source.repo_url, 'username': 'user',
                                      'password': wrong})
        self.copied(source, self.settings(source), env=env)

    def test_pass_credentials_all(self):
        for everywhere in (False, True):
            with self.subTest(everywhere=everywhere):
                self.target = self.mock()
                trap = self.file_trap()
                self.chart.listed['urls'] = [f'{trap.url}/demo-1.0.0.tgz']
                source = self.private()
                self.copied(source, env=self.helm_repositories(
                    {'url': source.repo_url, 'username': 'user', 'password': self.password,
                     'pass_credentials_all': everywhere}))
                if everywhere:
                    self.assertEqual(trap.requests('tgz$')[0].header('Authorization'),
                                     f'Basic {coded("user", self.password)}')
                else:
                    trap.check([self.password])

    def test_ca_and_client_certificate(self):
        ca = self.authority()
        source = self.private(tls=ca.issue('charts'))
        self.copied(source, env=self.helm_repositories(
            {'url': source.repo_url, 'username': 'user', 'password': self.password,
             'caFile': str(ca.certificate)}))

    def test_broken_files(self):
        source = self.repository(self.chart)
        for name, text in {'no YAML': '{[', 'list': '- a\n', 'empty': '', 'numbers': '1'}.items():
            with self.subTest(name=name):
                self.target = self.mock()
                env = {'HELM_REPOSITORY_CONFIG': self.write('repositories.yaml', text)}
                self.mirror(self.path(source), env=env, status=None)
        self.mirror(self.path(source), env={'HELM_REPOSITORY_CONFIG': self.tmp / 'none.yaml'},
                    status=None)

    def test_registry_config(self):
        registry = self.registry(basic=('user', self.password))
        registry.push(charts.as_pushed(self.chart), 'c/demo', '1.0.0')
        path = self.path(f'oci://{registry.address}/c')
        self.mirror(path, status=3)
        auths = {'auths': {registry.address: {
            'auth': base64.b64encode(f'user:{self.password}'.encode()).decode()}}}
        self.copied(f'oci://{registry.address}/c', env={
            'HELM_REGISTRY_CONFIG': self.write('helm.json', json.dumps(auths))})

    def test_registry_that_an_index_names(self):
        """The repository's password is not the registry's."""
        registry = self.mock(basic=('user', self.secret()))
        self.chart.listed['urls'] = [f'oci://{registry.address}/c/demo:1.0.0']
        source = self.private()
        self.mirror(self.path(source, self.settings(source)), status=3)
        heard = '\n'.join(each.text() for each in registry.requests())
        self.assertTrue(heard)
        self.assertNotIn(coded('user', self.password), heard)


if __name__ == '__main__':
    harness.main()
