//! The key goes to the configured server and nowhere else, and a server's words reach nobody as they are.

use super::*;

fn shown(error: &EndpointError) -> String {
    format!("{error} {error:?} {:?}", error.hint())
}

#[tokio::test]
async fn a_refused_key_is_told_without_the_key() {
    for status in [401, 403] {
        let complaint = format!("Incorrect API key provided: {KEY}.");
        let fake = FakeEndpoint::replying([Reply::error(status, &complaint, "invalid_api_key")]);
        let endpoint = Endpoint::new(with_key(&fake.url())).unwrap();
        let error = endpoint.chat(&ask()).await.unwrap_err();
        assert!(matches!(error, EndpointError::KeyRefused { .. }), "{error:?}");
        assert!(error.to_string().contains("provided: [key]"), "{error}");
        assert!(error.stops_the_run() && fake.requests().len() == 1);
        for text in [shown(&error), format!("{endpoint:?}"), format!("{:?}", with_key(&fake.url()))] {
            assert!(!text.contains(KEY), "{text}");
        }
    }
}

#[tokio::test]
async fn a_servers_words_are_short_and_harmless() {
    let words = format!("\u{1b}[2J\u{1b}]0;title\u{7}\u{202e}bad\r\nnews\0 {}", "long ".repeat(5_000));
    for reply in
        [Reply::error(400, &words, ""), Reply::status(400).body(words.clone()), Reply::html(400, &words)]
    {
        let (error, _) = error_of(reply).await;
        let text = shown(&error);
        assert!(text.contains("bad news") && text.len() < 1_000, "{text}");
        assert!(!text.chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{text:?}");
        assert!(!text.contains("\\u{1b}") && !text.contains("\\0"), "{text}");
    }
}

#[tokio::test]
async fn neither_key_nor_answer_follow_a_redirect_to_another_server() {
    for status in [301, 302, 303, 307, 308] {
        let other = FakeEndpoint::replying([Reply::chat("stolen")]);
        let target = format!("{}/chat/completions?key=hidden", other.url());
        let fake = FakeEndpoint::start(move |_| Reply::status(status).header("location", &target));
        let error = Endpoint::new(with_key(&fake.url())).unwrap().chat(&ask()).await.unwrap_err();
        assert!(matches!(error, EndpointError::Redirected { .. }), "{status}: {error:?}");
        assert!(
            error.to_string().ends_with(&format!("redirects to {}/chat/completions", other.url())),
            "{error}"
        );
        assert_eq!(
            error.hint().unwrap(),
            format!("if that is the right place, set the base URL to {}", other.url())
        );
        assert_eq!((fake.requests().len(), other.requests().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn the_same_machine_by_another_name_is_another_server() {
    let fake = FakeEndpoint::start(|request| match request.header("host") {
        Some(host) if host.starts_with("localhost") => Reply::chat("seen"),
        Some(host) => {
            let target = format!("http://{}{}", host.replace("127.0.0.1", "localhost"), request.path);
            Reply::status(307).header("location", &target)
        }
        None => Reply::status(400),
    });
    let endpoint = Endpoint::new(with_key(&fake.url())).unwrap();
    for error in [endpoint.chat(&ask()).await.unwrap_err(), endpoint.models().await.unwrap_err()] {
        assert!(matches!(error, EndpointError::Redirected { .. }), "{error:?}");
    }
    let hosts: Vec<_> = fake.requests().iter().map(|it| it.header("host").unwrap().to_owned()).collect();
    assert!(hosts.iter().all(|host| host.starts_with("127.0.0.1")), "{hosts:?}");
}

#[tokio::test]
async fn a_key_in_the_query_is_hidden_where_a_server_repeats_it() {
    let fake = FakeEndpoint::start(|request| {
        let said = format!("no such deployment: https://joe:hunter2@gateway.example{}", request.path);
        Reply::error(403, &said, "forbidden")
    });
    let base_url = format!("{}?api-version=2024-10-21&key=s%2Fecret", fake.url());
    let endpoint = Endpoint::new(with_key(&base_url)).unwrap();
    let error = endpoint.chat(&ask()).await.unwrap_err();
    assert_eq!(fake.requests()[0].path, "/v1/chat/completions?api-version=2024-10-21&key=s%2Fecret");
    let text = format!("{} {endpoint:?} {}", shown(&error), endpoint.base_url());
    for secret in ["s%2Fecret", "s/ecret", "hunter2", KEY] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains("https://[key]@gateway.example/v1/chat/completions?"), "{text}");
}

#[tokio::test]
async fn a_redirect_within_the_server_is_followed() {
    let fake = FakeEndpoint::start(|request| match request.path.as_str() {
        "/v1/chat/completions" => Reply::status(307).header("location", "/new/chat"),
        _ => Reply::chat("found"),
    });
    let reply = Endpoint::new(with_key(&fake.url())).unwrap().chat(&ask()).await.unwrap();
    assert_eq!(reply.text, "found");
    let followed = &fake.requests()[1];
    assert_eq!((followed.method.as_str(), followed.path.as_str()), ("POST", "/new/chat"));
    assert_eq!(followed.last_message(), "Grüße, \"quoted\"\n");
}

#[tokio::test]
async fn redirects_in_circles_end() {
    let fake = FakeEndpoint::replying([Reply::status(308).header("location", "/v1/chat/completions")]);
    let error = endpoint(&fake).chat(&ask()).await.unwrap_err();
    assert!(matches!(error, EndpointError::Redirected { .. }), "{error:?}");
    assert!(fake.requests().len() < 6);
}

#[tokio::test]
async fn a_private_authority_has_to_be_named() {
    let fake = FakeEndpoint::start_tls(|_| Reply::chat("private"));
    let error = Endpoint::new(settings(&fake.url())).unwrap().chat(&ask()).await.unwrap_err();
    assert!(error.to_string().contains("no secure connection to localhost:"), "{error}");
    assert!(error.hint().unwrap().contains("ca_file") && error.stops_the_run());
    assert_eq!((fake.requests().len(), fake.connections()), (0, 1), "a wrong certificate is not tried again");
    let trusting = EndpointSettings { ca_file: Some(FakeEndpoint::ca_file()), ..with_key(&fake.url()) };
    assert_eq!(Endpoint::new(trusting).unwrap().chat(&ask()).await.unwrap().text, "private");
}

#[tokio::test]
async fn tls_is_not_given_up_by_a_redirect() {
    let plain = FakeEndpoint::replying([Reply::chat("read by all")]);
    let target = plain.url();
    let fake = FakeEndpoint::start_tls(move |_| Reply::status(307).header("location", &target));
    let trusting = EndpointSettings { ca_file: Some(FakeEndpoint::ca_file()), ..with_key(&fake.url()) };
    let error = Endpoint::new(trusting).unwrap().chat(&ask()).await.unwrap_err();
    assert!(matches!(error, EndpointError::Redirected { .. }), "{error:?}");
    assert_eq!(plain.requests().len(), 0);
}

#[tokio::test]
async fn a_server_without_tls_at_an_https_address() {
    let fake = FakeEndpoint::replying([Reply::chat("a")]);
    let error = Endpoint::new(settings(&fake.url().replace("http:", "https:")))
        .unwrap()
        .chat(&ask())
        .await
        .unwrap_err();
    assert!(matches!(error, EndpointError::TlsFailed { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("http://"));
}

#[tokio::test]
async fn a_secure_connection_that_never_stands() {
    // The system accepts for it; nobody ever answers the handshake.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("https://{}/v1", silent.local_addr().unwrap());
    let patience = Duration::from_millis(40);
    let settings = EndpointSettings { connect_timeout: patience, retries: 1, ..settings(&base_url) };
    let error = Endpoint::new(settings).unwrap().chat(&ask()).await.unwrap_err();
    assert!(matches!(error, EndpointError::TimedOut { limit: TimeLimit::Connect, .. }), "{error:?}");
    assert_eq!(error.hint().as_deref(), Some("raise `connect_timeout` of this judge"));
}

#[test]
fn settings_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let not_pem = folder.path().join("ca.pem");
    std::fs::write(&not_pem, "hello").unwrap();
    let fine = || with_key("http://localhost:1/v1");
    for (settings, name) in [
        (with_key("localhost:1/v1"), "base_url"),
        (with_key("http://user:sk-never-seen@localhost:1/v1"), "base_url"),
        (EndpointSettings { api_key: Some(ApiKey::new("sk-never-seen\nx")), ..fine() }, "api_key"),
        (EndpointSettings { ca_file: Some(folder.path().join("missing.pem")), ..fine() }, "ca_file"),
        (EndpointSettings { ca_file: Some(not_pem.clone()), ..fine() }, "ca_file"),
    ] {
        let text = format!("{settings:?}");
        let error = Endpoint::new(settings).unwrap_err();
        let EndpointError::BadSettings { setting, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*setting, name);
        assert!(error.stops_the_run() && error.hint().is_some());
        assert!(
            !shown(&error).contains("sk-never-seen") && !text.contains("sk-never-seen"),
            "{error:?} {text}"
        );
    }
    assert!(Arc::new(Endpoint::new(fine()).unwrap()).base_url() == "http://localhost:1/v1");
}
