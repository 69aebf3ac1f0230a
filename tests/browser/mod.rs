//! A headless Chromium, driven by its own driver in the WebDriver protocol, over loopback.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser window; closed when dropped.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    session: String,
    profile: TempDir,
}

/// Whether both programs are there; Debian's packages are `chromium` and `chromium-driver`.
pub(crate) fn is_installed() -> bool {
    ["chromium", "chromedriver"].iter().all(|program| {
        let version =
            Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    })
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        let mut driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let port = port(&mut driver);
        let profile = tempfile::tempdir().unwrap();
        let mut browser =
            Self { driver, client, session: format!("http://127.0.0.1:{port}/session"), profile };
        let capabilities = capabilities(browser.profile.path());
        let session = browser.call(Method::POST, "", capabilities).await;
        browser.session = format!("{}/{}", browser.session, session["sessionId"].as_str().unwrap());
        browser
    }

    /// Opens a file and waits until it is loaded.
    pub(crate) async fn open(&self, page: &Path) {
        self.post("/url", json!({"url": format!("file://{}", page.display())})).await;
    }

    /// What the body of a function returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": []})).await
    }

    /// What a script hands to its last argument, a function.
    pub(crate) async fn run_until_done(&self, script: &str) -> Value {
        self.post("/execute/async", json!({"script": script, "args": []})).await
    }

    /// Waits until an expression is true; the driver gives up after half a minute.
    pub(crate) async fn until(&self, condition: &str) {
        let poll = format!(
            "const poll = (done) => {condition} ? done(true) : setTimeout(poll, 5, done); poll(arguments[0])"
        );
        self.run_until_done(&poll).await;
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.post(&format!("/element/{element}/click"), json!({})).await;
    }

    /// Types into the element, or presses a key on it.
    pub(crate) async fn keys(&self, selector: &str, keys: &str) {
        let element = self.element(selector).await;
        self.post(&format!("/element/{element}/value"), json!({"text": keys})).await;
    }

    /// Sets what the page learns of `prefers-color-scheme`.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        let command = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": [feature]}});
        self.post("/goog/cdp/execute", command).await;
    }

    /// What the console says since it was asked last.
    pub(crate) async fn console(&self) -> Vec<Value> {
        self.post("/se/log", json!({"type": "browser"})).await.as_array().unwrap().clone()
    }

    async fn element(&self, selector: &str) -> String {
        let found = self.post("/element", json!({"using": "css selector", "value": selector})).await;
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.call(Method::POST, path, body).await
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.client.request(method, format!("{}{path}", self.session)).json(&body);
        let mut reply: Value = request.send().await.unwrap().json().await.unwrap();
        let value = reply["value"].take();
        assert!(value["error"].is_null(), "{path} {body}: {} {}", value["error"], value["message"]);
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser when it is asked to; killed outright it would leave it behind.
        let address =
            self.session.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
        let path = self.session.split_once(&address).map_or("", |(_, path)| path);
        if let Ok(mut stream) = std::net::TcpStream::connect(&address) {
            use std::io::{Read as _, Write as _};
            let request = format!("DELETE {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read(&mut [0; 64]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver found free.
fn port(driver: &mut Child) -> u16 {
    const SAID: &str = "started successfully on port ";
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let said = lines.find_map(|line| Some(line.ok()?.split_once(SAID)?.1.to_owned())).unwrap();
    said.trim_end_matches('.').parse().unwrap()
}

fn capabilities(profile: &Path) -> Value {
    let profile = format!("--user-data-dir={}", profile.display());
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1280,900",
        &profile,
    ];
    let wanted = json!({"goog:loggingPrefs": {"browser": "ALL"}, "goog:chromeOptions": {"args": arguments}});
    json!({"capabilities": {"alwaysMatch": wanted}})
}
