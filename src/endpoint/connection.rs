//! The one HTTP connection pool of an endpoint: TLS, proxies, redirects.

use std::fs;
use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Client, StatusCode};

use super::address::Address;
use super::error::EndpointError;
use super::settings::EndpointSettings;

/// Local servers close idle connections after five seconds (uvicorn, llama.cpp); an idle connection is given
/// up before that, so that no request meets its end.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// A server that redirects to itself more often than this goes in circles.
const MOST_REDIRECTS: usize = 3;

/// Opens the pool. The key goes into a header marked as sensitive, which the HTTP library neither shows nor takes
/// along to another host.
pub(super) fn open(settings: &EndpointSettings, address: &Address) -> Result<Client, EndpointError> {
    install_ring();
    let mut builder = Client::builder()
        .user_agent(concat!("interview-coach/", env!("CARGO_PKG_VERSION")))
        .default_headers(key_header(settings)?)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(Policy::custom(follow));
    if address.is_loopback() {
        // A proxy would look for the server on its own machine.
        builder = builder.no_proxy();
    }
    if let Some(path) = &settings.ca_file {
        builder = builder.tls_certs_merge(certificates(path)?);
    }
    builder.build().map_err(|error| EndpointError::BadSettings {
        setting: "endpoint",
        detail: format!("no connection can be set up: {}", cause(&error)),
    })
}

/// The cryptography of rustls, once per process.
fn install_ring() {
    static INSTALLED: Once = Once::new();
    // Fails only where the program has installed its own before, which then serves as well.
    INSTALLED.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
}

fn key_header(settings: &EndpointSettings) -> Result<HeaderMap, EndpointError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = &settings.api_key {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", key.reveal())).map_err(|_| {
            EndpointError::BadSettings {
                setting: "api_key",
                detail: "the key holds characters that can't be sent".to_owned(),
            }
        })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, EndpointError> {
    let bad = |detail: String| EndpointError::BadSettings { setting: "ca_file", detail };
    let pem = fs::read(path).map_err(|error| bad(format!("can't read {}: {error}", path.display())))?;
    let certificates = Certificate::from_pem_bundle(&pem)
        .map_err(|error| bad(format!("{} is no PEM file: {}", path.display(), cause(&error))))?;
    if certificates.is_empty() {
        return Err(bad(format!("{} holds no certificate", path.display())));
    }
    Ok(certificates)
}

/// Follows a redirect only to the very same server, and only one that keeps the request as it is. An answer is
/// not sent to a place that nobody configured, and the key neither.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let keeps_request =
        matches!(attempt.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let same_server =
        attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
    if keeps_request && same_server && attempt.previous().len() <= MOST_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// The innermost cause of an error: what the system said, without the URL.
pub(super) fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
