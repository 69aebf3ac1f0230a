//! Where an endpoint is: the base URL checked, the URL of each request, and how a place is shown.

use std::net::IpAddr;

use reqwest::Url;

use super::capabilities::BasePath;
use super::error::EndpointError;

/// What people paste along with the base URL, because the provider's page shows it so.
const PASTED_PATHS: [&str; 2] = ["/chat/completions", "/models"];

/// A checked base URL, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    base: Url,
}

impl Address {
    /// Checks a base URL. The text itself never enters the error: it may hold a password.
    pub(super) fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        let url =
            Url::parse(text).map_err(|error| bad_url(format!("the base URL can't be read: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad_url("the base URL has to start with http:// or https://".to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad_url("the base URL holds a user name or password".to_owned()));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(bad_url("the base URL names no host".to_owned()));
        }
        Ok(Self { base: trimmed(url) })
    }

    /// The URL of `path` (such as `chat/completions`) below the base.
    pub(super) fn url(&self, base_path: BasePath, path: &str) -> Url {
        let mut url = self.base.clone();
        let base = self.base.path().trim_end_matches('/');
        let version = match base_path {
            BasePath::AsGiven => "",
            BasePath::WithV1 => "/v1",
        };
        url.set_path(&format!("{base}{version}/{path}"));
        url
    }

    /// The URL of `path` at the root of the server: a local server's own interface, beside the one that we speak.
    pub(super) fn at_root(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// The values in the base URL's query, as written and as meant.
    pub(super) fn query_values(&self) -> Vec<String> {
        let raw = self.base.query().unwrap_or_default();
        let written =
            raw.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned());
        written.chain(self.base.query_pairs().map(|(_, value)| value.into_owned())).collect()
    }

    /// The base URL without its query.
    pub(super) fn shown(&self) -> String {
        let whole = format!("{}://{}", self.base.scheme(), place(&self.base));
        whole.trim_end_matches('/').to_owned()
    }

    /// Host, and port where the URL names one.
    pub(super) fn host(&self) -> String {
        place(&self.base).split('/').next().unwrap_or_default().to_owned()
    }

    /// Whether `/v1` may have been forgotten: no part of the path names a version.
    pub(super) fn lacks_version(&self) -> bool {
        !self.base.path().split('/').any(is_version)
    }

    /// Whether requests stay on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.base.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let name = host.trim_end_matches('.');
        name == "localhost"
            || name.ends_with(".localhost")
            || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
    }
}

/// Host, port and path of a URL: enough to find a mistake, and nothing secret.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{host}{port}{}", url.path())
}

fn trimmed(mut url: Url) -> Url {
    url.set_fragment(None);
    let mut path = url.path().trim_end_matches('/').to_owned();
    for pasted in PASTED_PATHS {
        if let Some(base) = path.strip_suffix(pasted) {
            path = base.trim_end_matches('/').to_owned();
        }
    }
    url.set_path(&path);
    url
}

/// `v1`, `v1beta`, `v4`: servers number their interface so.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

fn bad_url(detail: String) -> EndpointError {
    EndpointError::BadSettings { setting: "base_url", detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_request() {
        for (base, expected) in [
            ("http://localhost:8080/v1", "http://localhost:8080/v1/chat/completions"),
            ("http://localhost:8080/v1/", "http://localhost:8080/v1/chat/completions"),
            ("  http://localhost:8080/v1// ", "http://localhost:8080/v1/chat/completions"),
            ("http://localhost:8080", "http://localhost:8080/chat/completions"),
            ("https://example.com/v1/chat/completions", "https://example.com/v1/chat/completions"),
            ("https://example.com/v1/models/", "https://example.com/v1/chat/completions"),
            (
                "https://example.com/openai?api-version=2",
                "https://example.com/openai/chat/completions?api-version=2",
            ),
            ("https://example.com/v1#part", "https://example.com/v1/chat/completions"),
            ("http://[::1]:80/v1", "http://[::1]/v1/chat/completions"),
        ] {
            let address = Address::parse(base).unwrap();
            assert_eq!(address.url(BasePath::AsGiven, "chat/completions").as_str(), expected, "{base}");
        }
        let bare = Address::parse("http://localhost:8080").unwrap();
        assert_eq!(bare.url(BasePath::WithV1, "models").as_str(), "http://localhost:8080/v1/models");
    }

    #[test]
    fn wrong_base_urls_are_told_without_their_text() {
        for (base, expected) in [
            ("localhost:8080/v1", "has to start with http"),
            ("ftp://example.com", "has to start with http"),
            ("http://user:hunter2@example.com/v1", "holds a user name or password"),
            ("https://hunter2@example.com/v1", "holds a user name or password"),
            ("hunter2 nonsense", "can't be read"),
            ("", "can't be read"),
        ] {
            let error = Address::parse(base).unwrap_err();
            assert!(error.to_string().contains(expected), "{base}: {error}");
            assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("hunter2"), "{base}");
        }
    }

    #[test]
    fn a_forgotten_version() {
        for (base, lacks) in [
            ("http://localhost:8080", true),
            ("http://localhost:8080/openai", true),
            ("http://localhost:8080/v1", false),
            ("https://example.com/v1beta/openai", false),
            ("https://example.com/api/paas/v4", false),
            ("https://example.com/voice", true),
        ] {
            assert_eq!(Address::parse(base).unwrap().lacks_version(), lacks, "{base}");
        }
    }

    #[test]
    fn loopback_hosts() {
        for (base, loopback) in [
            ("http://localhost:1", true),
            ("http://LOCALHOST:1", true),
            ("http://model.localhost:1", true),
            ("http://127.0.0.1:1", true),
            ("http://127.8.9.1:1", true),
            ("http://[::1]:1", true),
            ("http://0.0.0.0:1", true),
            ("http://192.168.1.2:1", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(Address::parse(base).unwrap().is_loopback(), loopback, "{base}");
        }
    }
}
