#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Certificates: ours, shown to whom they are meant for, and those that servers are believed by."""
import os
import ssl
import subprocess
import sys
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import harness  # noqa: E402
import images  # noqa: E402
import mock  # noqa: E402
from certificates import Authority  # noqa: E402
from local_case import LocalCase  # noqa: E402


class TlsCase(LocalCase):
    """A source behind TLS and a plain target."""

    def setUp(self):
        super().setUp()
        self.ca = self.authority()
        self.server = self.ca.issue('server')
        self.image = images.multi_platform('tls')

    def source_with(self, certificate=None, verify=None):
        """verify: CERT_REQUIRED or CERT_OPTIONAL for the client's certificate."""
        source = self.mock(tls=certificate or self.server)
        source.greetings = 0

        def greeted(*_):
            source.greetings += 1
        source.context.sni_callback = greeted
        if verify:
            source.context.load_verify_locations(self.ca.certificate)
            source.context.verify_mode = verify
        source.seed(self.image, 'app', '1')
        return source

    def run_from(self, source, status=0, name='artmirror.yaml', env=None, **settings):
        """settings: of the source."""
        self.target = self.mock()
        settings = {key: str(value) for key, value in settings.items()}
        path = self.config([self.entry(source, 'app', '1')], self.target.address, name=name,
                           registries={source.address: settings}, run={'retries': 2})
        found = self.mirror(path, '--debug', status=status, env=env)
        if status == 0:
            self.assertEqual(self.target.state.tag('app', '1'), self.image.digest)
        else:
            self.assertEqual((source.journal, source.downgrades), ([], 0))
            self.assertEqual(self.target.state.check(), 0)
        return found

    def refused(self, source, *words, status=1, greetings=1, **how):
        found = self.run_from(source, status, **how)
        for word in words:
            self.assertIn(str(word), found.said)
        self.assertLessEqual(source.greetings, greetings, 'tried again')
        return found


class ClientCertificates(TlsCase):

    def setUp(self):
        super().setUp()
        self.cert, self.key = self.ca.issue('client', ('someone',))

    def noted(self, server, match=''):
        """The subjects of the certificates that clients show to a server."""
        seen = []

        def note(request):
            shown = request.connection.sock.getpeercert()
            seen.append(shown['subject'][0][0][1] if shown else None)
        server.fault(match, mock.faults.Action('note', note), times=-1)
        return seen

    def test_of_the_config(self):
        source = self.source_with(verify=ssl.CERT_REQUIRED)
        seen = self.noted(source)
        self.run_from(source, ca=self.ca.certificate, cert=self.cert, key=self.key)
        self.assertEqual(set(seen), {'someone'})

    def test_one_file_for_both(self):
        both = self.write('both.pem', self.cert.read_text() + self.key.read_text(), 0o600)
        self.run_from(self.source_with(verify=ssl.CERT_REQUIRED), ca=self.ca.certificate,
                      cert=both)

    def test_of_certs_d(self):
        source = self.source_with(verify=ssl.CERT_REQUIRED)
        folder = f'home/.config/containers/certs.d/{source.address}'
        for name, path in {'ca.crt': self.ca.certificate, 'client.cert': self.cert,
                           'client.key': self.key}.items():
            self.write(f'{folder}/{name}', path.read_text())
        seen = self.noted(source)
        self.run_from(source)
        self.assertEqual(set(seen), {'someone'})

    def test_key_of_certs_d_is_missing(self):
        source = self.source_with(verify=ssl.CERT_REQUIRED)
        folder = f'home/.config/containers/certs.d/{source.address}'
        self.write(f'{folder}/client.cert', self.cert.read_text())
        self.refused(source, f'{folder}/client.key', 'does not exist', status=2)

    def test_none_is_given(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                source = self.source_with(verify=ssl.CERT_REQUIRED)
                source.context.maximum_version = version
                self.refused(source, 'client certificate', f"'{source.address}': {{cert: FILE",
                             status=3, ca=self.ca.certificate)

    def test_of_another_authority(self):
        cert, key = Authority(self.tmp / 'other').issue('client', ('someone',))
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                source = self.source_with(verify=ssl.CERT_REQUIRED)
                source.context.maximum_version = version
                self.refused(source, 'unknown ca', 'client certificate, or another one', status=3,
                             ca=self.ca.certificate, cert=cert, key=key)

    def test_files_that_are_wrong(self):
        other = self.ca.issue('other', ('other',))[1]
        nothing, folder = self.write('nothing.pem', ''), self.tmp / 'folder'
        folder.mkdir()
        garbage = self.write('garbage.pem', 'no certificate\n' * 10)
        locked = self.tmp / 'locked.key'
        subprocess.run(['openssl', 'ec', '-in', self.key, '-out', locked, '-aes128', '-passout',
                        'pass:x'], check=True, capture_output=True)
        absent = self.tmp / 'absent.pem'
        cases = {'absent cert': (absent, self.key), 'absent key': (self.cert, absent),
                 'empty cert': (nothing, self.key), 'empty key': (self.cert, nothing),
                 'garbage cert': (garbage, self.key), 'garbage key': (self.cert, garbage),
                 'folder': (folder, self.key), "another's key": (self.cert, other),
                 'locked key': (self.cert, locked), 'swapped': (self.key, self.cert)}
        for name, (cert, key) in cases.items():
            with self.subTest(name=name):
                source = self.source_with(verify=ssl.CERT_REQUIRED)
                wrong = cert if cert != self.cert else key
                found = self.refused(source, wrong, status=2, greetings=0, cert=cert, key=key,
                                     ca=self.ca.certificate)
                self.assertNotIn('Enter', found.said)

    def test_relative_to_the_config(self):
        self.write('tls/client.pem', self.cert.read_text())
        self.write('tls/client.key', self.key.read_text())
        self.write('tls/ca.pem', self.ca.certificate.read_text())
        self.run_from(self.source_with(verify=ssl.CERT_REQUIRED), ca='tls/ca.pem',
                      cert='tls/client.pem', key='tls/client.key')

    def test_each_registry_gets_its_own(self):
        second = self.ca.issue('second', ('second',))
        first, other = (self.source_with(verify=ssl.CERT_REQUIRED) for _ in range(2))
        seen, seen_too = self.noted(first), self.noted(other)
        target = self.mock()
        path = self.config(
            [self.entry(first, 'app', '1', destination='a:1'),
             self.entry(other, 'app', '1', destination='b:1')], target.address,
            registries={first.address: {'ca': str(self.ca.certificate), 'cert': str(self.cert),
                                        'key': str(self.key)},
                        other.address: {'ca': str(self.ca.certificate), 'cert': str(second[0]),
                                        'key': str(second[1])}})
        self.mirror(path)
        self.assertEqual((set(seen), set(seen_too)), ({'someone'}, {'second'}))

    # --- whom it is not for

    def test_not_for_a_redirects_other_origin(self):
        source = self.source_with(verify=ssl.CERT_REQUIRED)
        store = self.source_with(verify=ssl.CERT_OPTIONAL)
        seen = self.noted(store)
        source.fault('^GET .*/blobs/', mock.redirect(store.url + '{target}'), times=-1)
        self.run_from(source, ca=self.ca.certificate, cert=self.cert, key=self.key)
        self.assertTrue(seen)
        self.assertEqual(set(seen), {None})

    def test_not_for_another_origin_of_the_same_certs_d(self):
        source = self.source_with(verify=ssl.CERT_REQUIRED)
        store = self.source_with(verify=ssl.CERT_OPTIONAL)
        folder = f'home/.config/containers/certs.d/{source.address}'
        for name, path in {'ca.crt': self.ca.certificate, 'client.cert': self.cert,
                           'client.key': self.key}.items():
            self.write(f'{folder}/{name}', path.read_text())
        self.write(f'home/.config/containers/certs.d/{store.address}/ca.crt',
                   self.ca.certificate.read_text())
        seen = self.noted(store)
        source.fault('^GET .*/blobs/', mock.redirect(store.url + '{target}'), times=-1)
        self.run_from(source)
        self.assertEqual(set(seen), {None})

    def test_not_for_a_mirror_or_a_realm(self):
        source = self.source_with(verify=ssl.CERT_REQUIRED)
        mirror = self.mock(tls=self.server)
        mirror.context.load_verify_locations(self.ca.certificate)
        mirror.context.verify_mode = ssl.CERT_OPTIONAL
        tokens = self.token_server(tls=self.server)
        tokens.context.load_verify_locations(self.ca.certificate)
        tokens.context.verify_mode = ssl.CERT_OPTIONAL
        source.token = tokens
        seen, realm = self.noted(mirror), self.noted(tokens)
        path = self.config(
            [self.entry(source, 'app', '1')], self.mock().address,
            registries={source.address: {
                'ca': str(self.ca.certificate), 'cert': str(self.cert), 'key': str(self.key),
                'mirrors': [mirror.address]}, mirror.address: {'ca': str(self.ca.certificate)}})
        self.mirror(path)
        self.assertEqual((set(seen), set(realm)), ({None}, {None}))


class Trust(TlsCase):
    """N14, and where the authorities come from."""

    def test_n14_certificates_that_are_not_believed(self):
        stranger = Authority(self.tmp / 'other')
        alone = Authority(self.tmp / 'alone', 'localhost')
        cases = {'expired': self.ca.issue('expired', days=-1),
                 'wrong host': self.ca.issue('wrong', ('registry.example',)),
                 'wrong address': self.ca.issue('address', ('127.0.0.2', 'localhost')),
                 'unknown CA': stranger.issue('unknown'),
                 'self-signed': (alone.certificate, alone.key)}
        for name, certificate in cases.items():
            with self.subTest(name=name):
                source = self.source_with(certificate)
                self.refused(source, 'certificate', f"'{source.address}': {{ca: FILE",
                             greetings=1, ca=self.ca.certificate)

    def test_n14_as_a_target(self):
        """Nothing is sent to a target that is not believed, and not in the clear either."""
        source, target = self.mock(), self.mock(tls=Authority(self.tmp / 'other').issue('t'),
                                                basic=('user', self.secret()))
        source.seed(self.image, 'app', '1')
        path = self.config([self.entry(source, 'app', '1')], target.address, registries={
            target.address: {'username': 'user', 'password': self.secrets[0]}})
        found = self.mirror(path, status=1, env={'SSL_CERT_FILE': self.ca.certificate})
        self.assertIn('{ca: FILE', found.said)
        self.assertEqual((target.journal, target.downgrades), ([], 0))

    def test_n14_old_protocol(self):
        source = self.source_with()
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            source.context.minimum_version = ssl.TLSVersion.TLSv1
            source.context.maximum_version = ssl.TLSVersion.TLSv1_1
        source.context.set_ciphers('ALL:@SECLEVEL=0')
        self.refused(source, 'protocol version', ca=self.ca.certificate)

    def test_n14_end_without_close_notify(self):
        source = self.source_with()
        source.fault('^GET', mock.change('close', lambda each: setattr(each, 'framing', 'close')),
                     times=-1)
        # Some versions of libcurl take such an end for one, some for a broken connection.
        path = self.config([self.entry(source, 'app', '1')], self.mock().address,
                           registries={source.address: {'ca': str(self.ca.certificate)}},
                           run={'retries': 0})
        found = self.mirror(path, status=(0, 1))
        self.assertIn(found.statuses(), (['created'], ['failed']))
        self.assertEqual(source.downgrades, 0)

    def hashed(self, name, *certificates):
        """A folder as SSL_CERT_DIR wants it."""
        folder = self.tmp / name
        folder.mkdir()
        for path in certificates:
            done = subprocess.run(['openssl', 'x509', '-hash', '-noout', '-in', path], check=True,
                                  capture_output=True, text=True)
            (folder / f'{done.stdout.strip()}.0').write_bytes(path.read_bytes())
        return folder

    def test_of_the_environment(self):
        # of another name: OpenSSL never looks further than the first of one name
        other = Authority(self.tmp / 'other', 'another CA').certificate
        folder, empty = self.hashed('hashed', self.ca.certificate), self.hashed('empty')
        own = self.ca.certificate
        for name, variables in {
                'file': {'SSL_CERT_FILE': own}, 'folder': {'SSL_CERT_DIR': folder},
                'curl': {'CURL_CA_BUNDLE': own},
                'folder beside a file': {'SSL_CERT_DIR': folder, 'SSL_CERT_FILE': other},
                'file beside a folder': {'SSL_CERT_DIR': empty, 'SSL_CERT_FILE': own},
                'file beats curl': {'SSL_CERT_FILE': own, 'CURL_CA_BUNDLE': other},
                'empty is unset': {'SSL_CERT_FILE': '', 'CURL_CA_BUNDLE': own}}.items():
            with self.subTest(name=name):
                self.run_from(self.source_with(), env=variables)

    def test_order(self):
        """The config beats the environment, which beats certs.d."""
        other = Authority(self.tmp / 'other').certificate
        self.run_from(self.source_with(), ca=self.ca.certificate, env={'SSL_CERT_FILE': other})
        self.refused(self.source_with(), 'certificate', ca=other,
                     env={'SSL_CERT_FILE': self.ca.certificate})
        source = self.source_with()
        self.write(f'home/.config/containers/certs.d/{source.address}/ca.crt',
                   self.ca.certificate.read_text())
        self.refused(source, 'certificate', env={'SSL_CERT_FILE': other})
        self.run_from(source)

    def test_bundles(self):
        """Text around certificates, other certificates before, other line ends."""
        other = Authority(self.tmp / 'other').certificate.read_text()
        own = self.ca.certificate.read_text()
        for name, text in {'several': f'# mine\n{other}\nSubject: x\n{own}', 'twice': own + own,
                           'CRLF': own.replace('\n', '\r\n'), 'no end of line': own.strip()
                           }.items():
            with self.subTest(name=name):
                self.run_from(self.source_with(), ca=self.write(f'{name}.pem', text))

    def test_files_that_are_wrong(self):
        """A CA file that can't be read is no licence to use another."""
        folder = self.tmp / 'folder'
        folder.mkdir()
        whole = self.ca.certificate.read_text()
        for name, path in {'absent': self.tmp / 'absent.pem', 'folder': folder,
                           'empty': self.write('empty.pem', ''),
                           'garbage': self.write('garbage.pem', 'no certificate\n' * 10),
                           'cut': self.write('cut.pem', whole[:len(whole) // 2])}.items():
            with self.subTest(name=name):
                self.refused(self.source_with(), path, status=2, ca=path,
                             env={'SSL_CERT_FILE': self.ca.certificate})
                self.refused(self.source_with(), path, status=2, env={'SSL_CERT_FILE': path})

    def test_machine_without_authorities(self):
        """It trusts nobody, says so, and still reaches a plain registry on loopback."""
        if os.geteuid() != 0:
            self.skipTest('only root hides /etc/ssl')
        hide = 'mount -t tmpfs none /etc/ssl && exec "$@"'
        if subprocess.run(['unshare', '-m', 'sh', '-c', hide, 'sh', 'true'],
                          capture_output=True, check=False).returncode:
            self.skipTest('nothing can be mounted here')
        with self.behind('unshare', '-m', 'sh', '-c', hide, 'sh'):
            self.refused(self.source_with(), 'certificate', '{ca: FILE')
            self.run_from(self.source_with(), ca=self.ca.certificate)
            self.run_from(self.mock_plain())

    def mock_plain(self):
        source = self.mock()
        source.seed(self.image, 'app', '1')
        return source

    def test_ca_of_one_registry_is_not_anothers(self):
        other = Authority(self.tmp / 'other')
        first, second = self.source_with(), self.source_with(other.issue('second'))
        path = self.config(
            [self.entry(first, 'app', '1', destination='a:1'),
             self.entry(second, 'app', '1', destination='b:1')], self.mock().address,
            registries={first.address: {'ca': str(self.ca.certificate)},
                        second.address: {'ca': str(self.ca.certificate)}}, run={'retries': 0})
        self.assertEqual(self.mirror(path, status=1).statuses(), ['created', 'failed'])
        path = self.config(
            [self.entry(first, 'app', '1', destination='a:1'),
             self.entry(second, 'app', '1', destination='b:1')], self.mock().address,
            registries={first.address: {'ca': str(self.ca.certificate)},
                        second.address: {'ca': str(other.certificate)}}, run={'retries': 0})
        self.assertEqual(self.mirror(path).statuses(), ['created', 'created'])

    def test_ca_counts_where_the_registry_leads(self):
        source, store = self.source_with(), self.source_with()
        source.fault('^GET .*/blobs/', mock.redirect(store.url + '{target}'), times=-1)
        self.run_from(source, ca=self.ca.certificate)
        self.assertTrue(store.journal)


if __name__ == '__main__':
    harness.main()
