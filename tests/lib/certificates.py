# SPDX-License-Identifier: Apache-2.0
"""A certificate authority for tests, made with the openssl command."""
import subprocess
from pathlib import Path

from harness import tool


class Authority:
    """A CA in a folder: ca.pem, and certificates for servers, clients and token signing."""

    def __init__(self, folder, name='artmirror test CA'):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate = self.folder / 'ca.pem'
        self.key = self.folder / 'ca.key'
        self._openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                      '-nodes', '-days', '30', '-subj', f'/CN={name}',
                      '-keyout', self.key, '-out', self.certificate)

    def issue(self, name, names=('localhost', '127.0.0.1'), days=30, rsa=False):
        """A key and a certificate signed by the CA; returns their paths (certificate, key).
        A negative number of days makes one that has expired."""
        key, request, certificate = (self.folder / f'{name}.{end}' for end in ('key', 'csr', 'pem'))
        algorithm = ['rsa:2048'] if rsa else ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
        self._openssl('req', '-newkey', *algorithm, '-nodes', '-subj', f'/CN={names[0]}',
                      '-keyout', key, '-out', request)
        extensions = self.folder / f'{name}.ext'
        alternatives = ','.join(('IP:' if is_address(each) else 'DNS:') + each for each in names)
        extensions.write_text('basicConstraints=CA:FALSE\n'
                              f'subjectAltName={alternatives}\n', encoding='ascii')
        if days < 0:
            self._issue_expired(name, request, certificate, extensions)
        else:
            self._openssl('x509', '-req', '-in', request, '-CA', self.certificate, '-CAkey',
                          self.key, '-CAcreateserial', '-days', str(days), '-extfile', extensions,
                          '-out', certificate)
        return certificate, key

    def _issue_expired(self, name, request, certificate, extensions):
        # "openssl x509" knows no dates in the past; "openssl ca" does.
        database = self.folder / f'{name}.index'
        database.write_text('', encoding='ascii')
        config = self.folder / f'{name}.cnf'
        config.write_text(
            '[ca]\ndefault_ca=d\n[d]\n'
            f'database={database}\nnew_certs_dir={self.folder}\nrand_serial=yes\n'
            'default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n', encoding='ascii')
        self._openssl('ca', '-batch', '-notext', '-config', config, '-in', request,
                      '-cert', self.certificate, '-keyfile', self.key, '-extfile', extensions,
                      '-startdate', '20200101000000Z', '-enddate', '20200201000000Z',
                      '-out', certificate)

    @staticmethod
    def _openssl(*args):
        done = subprocess.run([tool('openssl'), *map(str, args)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f'openssl {args[0]}: {done.stderr}')


def is_address(name: str) -> bool:
    return ':' in name or name.replace('.', '').isdigit()
