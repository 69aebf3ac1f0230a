//! `coach setup`: what it finds, what it writes, and what it leaves alone.

mod coach;
mod imitated;
mod support;

use coach::{Coach, Ran};
use imitated::Imitated;
use serde_json::json;
use support::{FakeEndpoint, Reply};

fn port(fake: &FakeEndpoint) -> String {
    fake.root().rsplit(':').next().unwrap().to_owned()
}

/// A port at which nobody listens.
fn silent_port() -> String {
    port(&Imitated::Ollama.start())
}

fn setup(coach: &Coach, arguments: &[&str]) -> Ran {
    coach.run(&[&["setup", "--config", "my/config.toml", "--no-gate"], arguments].concat())
}

#[test]
fn a_server_on_this_machine_is_found_written_and_checked() {
    let fake = Imitated::Ollama.start();
    let coach = Coach::new();
    let ports = format!("{},{}", silent_port(), port(&fake));
    let ran = setup(&coach, &["--ports", &ports, "--model", "m"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let base_url = format!("http://localhost:{}/v1", port(&fake));
    assert_eq!(
        coach.read("my/config.toml"),
        format!("judge = \"ollama\"\n\n[judges.ollama]\nbase_url = \"{base_url}\"\nmodel = \"m\"\n")
    );
    assert!(
        ran.stderr.contains("The judge \"ollama\" is in my/config.toml. It grades from now on."),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.ends_with("This judge can be used.\n"), "{}", ran.stdout);
    let again = setup(&coach, &["--ports", &ports, "--model", "other"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(coach.read("my/config.toml").ends_with("model = \"other\"\n"), "the same server keeps its name");
}

#[test]
fn other_settings_stay_and_the_default_is_not_replaced_unasked() {
    let fake = Imitated::LlamaCpp.start();
    let coach = Coach::new();
    let before = "# my settings\njudge = \"good\" # the one I trust\nrubrics = ['mine'] # all of them\n\n[judges.good]\nbase_url = 'http://h/v1'\n\n[judges.llama-cpp]\nbase_url = 'http://elsewhere/v1'\n";
    coach.write("my/config.toml", before);
    let ran = setup(&coach, &["--ports", &port(&fake), "--model", "m"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let after = coach.read("my/config.toml");
    let added = format!(
        "\n[judges.llama-cpp-2]\nbase_url = \"http://localhost:{}/v1\"\nmodel = \"m\"\n",
        port(&fake)
    );
    assert_eq!(after, format!("{before}{added}"));
    assert!(ran.stderr.contains("Name it with --judge llama-cpp-2"), "{}", ran.stderr);
    assert_eq!(setup(&coach, &["--ports", &port(&fake), "--model", "m", "--default"]).code, 0);
    assert!(coach.read("my/config.toml").contains("judge = \"llama-cpp-2\" # the one I trust\n"));
}

#[test]
fn what_a_script_has_to_say_is_named() {
    let (one, two) = (Imitated::Vllm.start(), Imitated::LmStudio.start());
    let both = format!("{},{}", port(&one), port(&two));
    let openai = Imitated::OpenAi.start();
    for (arguments, code, said) in [
        (vec!["--ports".to_owned(), silent_port()], 1, "no server was found on this machine"),
        (vec!["--ports".to_owned(), both], 2, "several servers were found"),
        (vec!["--ports".to_owned(), port(&one)], 2, "offers several models: m, other"),
        (vec!["--base-url".to_owned(), openai.url(), "--model=m".to_owned()], 2, "the server wants a key"),
        (vec!["--base-url".to_owned(), openai.url(), "--api-key-env=NONE".to_owned()], 2, "NONE has no key"),
        (vec!["--base-url".to_owned(), "localhost:1".to_owned()], 2, "has to start with http"),
        (
            vec!["--base-url".to_owned(), format!("http://127.0.0.1:{}", silent_port())],
            1,
            "can't reach 127.0.0.1",
        ),
        (
            vec!["--base-url".to_owned(), one.url(), "--model=m".to_owned(), "--name=built-in".to_owned()],
            2,
            "can't be named",
        ),
    ] {
        let coach = Coach::new();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = setup(&coach, &arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
        assert!(!coach.path("my/config.toml").exists(), "nothing is written");
    }
}

#[test]
fn a_key_is_named_or_kept_where_only_its_owner_reads_it() {
    let fake = Imitated::OpenAi.start();
    let coach = Coach::new().env("MY_KEY", Imitated::KEY);
    let url = fake.root();
    let ran =
        setup(&coach, &["--base-url", &url, "--model", "m", "--name", "mine", "--api-key-env", "MY_KEY"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(
        coach.read("my/config.toml"),
        format!(
            "judge = \"mine\"\n\n[judges.mine]\nbase_url = \"{url}/v1\"\nmodel = \"m\"\napi_key_env = \"MY_KEY\"\n"
        )
    );
    let command = [
        "setup",
        "--config",
        "my/config.toml",
        "--no-gate",
        "--base-url",
        &url,
        "--model",
        "m",
        "--name",
        "mine",
        "--api-key-stdin",
    ];
    // Readable by all until a key comes in.
    #[cfg(unix)]
    std::fs::set_permissions(
        coach.path("my/config.toml"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    let ran = coach.run_with(&command, &format!("{}\n", Imitated::KEY));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let text = coach.read("my/config.toml");
    assert!(
        text.contains(&format!("api_key = \"{}\"\n", Imitated::KEY)) && !text.contains("api_key_env"),
        "{text}"
    );
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(Imitated::KEY));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(coach.path("my/config.toml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_the_configuration_stays_a_link() {
    let fake = Imitated::Vllm.start();
    let coach = Coach::new();
    coach.write("dotfiles/coach.toml", "# kept elsewhere\n");
    coach.write("my/other", "");
    std::os::unix::fs::symlink(coach.path("dotfiles/coach.toml"), coach.path("my/config.toml")).unwrap();
    assert_eq!(setup(&coach, &["--ports", &port(&fake), "--model", "m"]).code, 0);
    assert!(coach.path("my/config.toml").is_symlink());
    assert!(coach.read("dotfiles/coach.toml").contains("[judges.vllm]"));
}

#[test]
fn what_listens_there_and_is_no_model_server_is_passed_over() {
    let web = FakeEndpoint::start(|_| Reply::html(200, "My web site"));
    let odd = FakeEndpoint::start(|_| Reply::json(200, &json!({"hello": 1})));
    let coach = Coach::new();
    let ran = setup(&coach, &["--ports", &format!("{},{}", port(&web), port(&odd))]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("no server was found"), "{}", ran.stderr);
}
