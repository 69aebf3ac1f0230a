//! Proxies come from the environment, which a test can only set for a process of its own: each test starts
//! itself anew, with [`ADDRESS`] telling the child what to ask.

use super::*;

const ADDRESS: &str = "ENDPOINT_TEST_ADDRESS";

/// What an endpoint at `base_url` replies in a process with these proxies.
fn asked_with_proxy(test: &str, base_url: &str, proxy: &str) -> bool {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
    ] {
        child.env_remove(name);
    }
    let output =
        child.env(ADDRESS, base_url).env("HTTP_PROXY", proxy).args(["--exact", test]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("running 1 test"), "{shown}");
    output.status.success()
}

/// In the child: asks, and fails where there is no reply.
fn ask_as_child() -> bool {
    let Ok(base_url) = std::env::var(ADDRESS) else { return false };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let endpoint = Endpoint::new(EndpointSettings { retries: 0, ..with_key(&base_url) }).unwrap();
    assert_eq!(runtime.block_on(endpoint.chat(&ask())).unwrap().text, "here");
    true
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    if ask_as_child() {
        return;
    }
    let proxy = FakeEndpoint::replying([Reply::chat("here")]);
    let test = "proxies::a_proxy_of_the_environment_is_used";
    assert!(asked_with_proxy(test, "http://model.example/v1", &proxy.root()));
    assert_eq!(proxy.requests()[0].path, "http://model.example/v1/chat/completions");
}

#[test]
fn this_machine_is_reached_without_a_proxy() {
    if ask_as_child() {
        return;
    }
    let proxy = FakeEndpoint::replying([Reply::status(500)]);
    let fake = FakeEndpoint::replying([Reply::chat("here")]);
    let test = "proxies::this_machine_is_reached_without_a_proxy";
    assert!(asked_with_proxy(test, &fake.url(), &proxy.root()));
    assert_eq!((fake.requests().len(), proxy.connections()), (1, 0));
}
