//! A private certificate authority, as an organisation has one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

/// Signs for a server or a client; its own certificate lies in a file.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

/// The files of one certificate and its key.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Authority {
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        let authority = Self { issuer, folder: folder.join(name) };
        fs::create_dir_all(&authority.folder).unwrap();
        fs::write(authority.file(), authority.issuer.pem()).unwrap();
        authority
    }

    /// The file with its own certificate.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    pub(super) fn server(&self) -> Signed {
        let names = vec!["localhost".to_owned()];
        self.sign("server", names, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// For a user of that name.
    pub(super) fn client(&self, name: &str) -> Signed {
        self.sign(name, Vec::new(), ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, name: &str, hosts: Vec<String>, usage: ExtendedKeyUsagePurpose) -> Signed {
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = |end: &str| self.folder.join(format!("{name}.{end}"));
        let signed = Signed { certificate: file("pem"), key: file("key") };
        fs::write(&signed.certificate, certificate.pem()).unwrap();
        secret(&signed.key, &key.serialize_pem());
        signed
    }
}

/// A file that only its owner may read.
pub(super) fn secret(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
