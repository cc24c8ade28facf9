//! Passwords that nobody sees, whatever is wrong with the settings or the servers.

use super::authority::secret;
use super::private::{program, text};

/// Not even a look is taken at an address that is refused: it would send the password.
#[test]
fn nobody_is_asked_in_the_clear_where_tls_is_required() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("amqp://u:hunter2@{}", listener.local_addr().unwrap());
    let output = program()
        .arg("check-config")
        .env("LEADMILL_BROKER__URL", url)
        .env("LEADMILL_BROKER__TLS", "required")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("write amqps://"), "{said}");
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

/// Wrong passwords, unreachable hosts, broken settings: every output is searched for what was
/// planted, at the loudest log level.
#[tokio::test]
async fn no_output_shows_a_password_whatever_is_wrong() {
    let folder = std::env::temp_dir().join(format!("leadmill-planted-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let password = folder.join("password");
    secret(&password, "hunter2-file\n");
    let broken = folder.join("broken.toml");
    std::fs::write(&broken, "[broker]\nurl = \"amqp://u:hunter2-toml@h\n").unwrap();
    let database = crate::database::url_of("leadmill_nowhere");
    let broker = std::env::var("LEADMILL_BROKER__URL")
        .unwrap_or_else(|_| "amqp://guest:guest@127.0.0.1:5672".into());
    let mut wrong = url::Url::parse(&broker).unwrap();
    wrong.set_password(Some("hunter2-wrong")).unwrap();
    let mut in_file = wrong.clone();
    in_file.set_password(None).unwrap();
    let nobody = "postgres://u:hunter2-url@127.0.0.1:1/x";
    let file = password.display().to_string();
    let cases: Vec<Vec<(&str, &str)>> = vec![
        vec![("DATABASE__URL", &database), ("BROKER__URL", wrong.as_str())],
        vec![
            ("DATABASE__URL", &database),
            ("BROKER__URL", in_file.as_str()),
            ("BROKER__PASSWORD_FILE", &file),
        ],
        vec![("DATABASE__URL", nobody), ("BROKER__URL", "amqp://u:hunter2-url@127.0.0.1:1")],
        vec![
            ("DATABASE__URL", nobody),
            ("BROKER__URL", "amqps://u:hunter2-url@127.0.0.1:1"),
            ("DATABASE__PASSWORD_FILE", &file),
        ],
        vec![
            ("DATABASE__URL", "postgres://u:hunter2-url@[::/x"),
            ("BROKER__URL", "amqp://u:hunter2-url@h:port"),
        ],
        vec![
            ("DATABASE__URL", "postgres://h/x?pasword=hunter2-url"),
            ("BROKER__URL", broker.as_str()),
        ],
        vec![
            ("DATABASE__URL", nobody),
            ("BROKER__URL", "amqp://u:hunter2-url@h"),
            ("BROKER__TLS", "required"),
            ("DATABASE__TLS", "hunter2"),
        ],
        vec![
            ("BROKER__PASSWORD", "hunter2-key"),
            ("DATABASE__URL", nobody),
            ("BROKER__URL", broker.as_str()),
        ],
        vec![
            ("DATABASE__URL", nobody),
            ("BROKER__URL", "amqp://u:hunter2-url@127.0.0.1:1"),
            ("TRACING__OTLP_ENDPOINT", "http://u:hunter2-url@127.0.0.1:1/?key=hunter2-query"),
        ],
        vec![
            ("DATABASE__URL", nobody),
            ("BROKER__URL", "amqp://u:hunter2-url@127.0.0.1:1"),
            ("TRACING__OTLP_ENDPOINT", "http://127.0.0.1:1/?key=hunter2-query"),
        ],
        vec![("CONFIG", broken.to_str().unwrap())],
    ];
    for case in cases {
        for verb in [&["check-config"][..], &["run", "intake"], &["status"], &["migrate"]] {
            let output = program()
                .args(verb)
                .envs(case.iter().map(|(name, value)| (format!("LEADMILL_{name}"), *value)))
                .env("LEADMILL_LOG__FILTER", "trace")
                .env("LEADMILL_FOLDER", &folder)
                .env("PGPASSWORD", "hunter2-environment")
                .output()
                .unwrap();
            let shown = format!("{}{}", text(&output), String::from_utf8_lossy(&output.stderr));
            assert!(!shown.is_empty(), "{verb:?} {case:?} says nothing");
            let said: Vec<_> = shown.lines().filter(|line| line.contains("hunter2-")).collect();
            assert!(said.is_empty(), "{verb:?} {case:?}: {said:?}");
            if verb == ["run", "intake"] {
                assert!(!output.status.success(), "{case:?}: {shown}");
            }
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}
