//! One request over the wire and what comes back, bounded in time and size. Whether to try again is not
//! decided here.

use std::error::Error;
use std::future::Future;
use std::io;
use std::time::{Duration, SystemTime};

use eventsource_stream::{EventStreamError, Eventsource};
use futures::{Stream, StreamExt};
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use super::address::place;
use super::chat::Reading;
use super::complaint::Complaint;
use super::connection::cause;
use super::error::TimeLimit;
use super::fault::Fault;
use super::retry::WaitHeaders;
use super::stream::StreamedReply;

/// Of a failing server's page no more is read than this; its first lines say it all.
const ERROR_BODY_BYTES: usize = 64 * 1024;

/// How patient one request is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) first_token: Duration,
    pub(super) total: Duration,
    pub(super) bytes: usize,
}

/// Asks for JSON.
pub(super) async fn whole(request: RequestBuilder, limits: Limits) -> Result<Value, Fault> {
    within(limits.total, TimeLimit::Total, async {
        let response = answered(request).await?;
        json(&bounded(response, limits.bytes).await?)
    })
    .await
}

/// Asks for a streamed reply; `on_text` gets each piece of text.
pub(super) async fn streamed(
    request: RequestBuilder,
    limits: Limits,
    on_text: &mut (dyn FnMut(&str) + Send),
) -> Result<Reading, Fault> {
    within(limits.total, TimeLimit::Total, async {
        let first = within(limits.first_token, TimeLimit::FirstToken, answered(request)).await?;
        if is_event_stream(&first) {
            return events(first, limits, on_text).await;
        }
        // A server that does not stream sends all at once.
        let reply = json(&bounded(first, limits.bytes).await?)?;
        let reading = Reading::of_reply(&reply).ok_or_else(no_choice)?;
        on_text(&reading.text);
        Ok(reading)
    })
    .await
}

/// The fault of a reply without a choice.
pub(super) fn no_choice() -> Fault {
    Fault::malformed("the reply holds no choice")
}

async fn within<T>(
    length: Duration,
    limit: TimeLimit,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    tokio::time::timeout(length, work).await.unwrap_or(Err(Fault::TimedOut { limit }))
}

/// Sends the request and gives the response, if its status promises a reply.
async fn answered(request: RequestBuilder) -> Result<Response, Fault> {
    let response = request.send().await.map_err(|error| transport_fault(&error))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status.is_redirection() {
        return Err(Fault::Redirected { target: redirect_target(&response) });
    }
    let wait = wait_headers(response.headers()).read(SystemTime::now());
    let body = beginning(response).await;
    Err(Fault::Complained { complaint: Complaint::read(status.as_u16(), &body), wait })
}

/// Where a redirect leads, without query and credentials.
fn redirect_target(response: &Response) -> String {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    match location.map(|location| response.url().join(location)) {
        Some(Ok(url)) => format!("{}://{}", url.scheme(), place(&url)),
        Some(Err(_)) | None => "nowhere".to_owned(),
    }
}

fn wait_headers(headers: &HeaderMap) -> WaitHeaders<'_> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    WaitHeaders {
        retry_after_ms: header("retry-after-ms"),
        retry_after: header("retry-after"),
        should_retry: header("x-should-retry"),
    }
}

/// The beginning of a body; what can't be read is left out, for the status has said the most.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= ERROR_BODY_BYTES {
            body.truncate(ERROR_BODY_BYTES);
            break;
        }
    }
    body
}

async fn bounded(mut response: Response, limit: usize) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| transport_fault(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(Fault::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn json(body: &[u8]) -> Result<Value, Fault> {
    let value = serde_json::from_slice(body).map_err(|error| {
        let beginning = Complaint::read(200, body).said;
        Fault::malformed(format!("not JSON ({error}): {beginning}"))
    })?;
    match Complaint::within(&value) {
        Some(complaint) => Err(Fault::complained(complaint)),
        None => Ok(value),
    }
}

fn is_event_stream(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/event-stream"))
}

async fn events(
    response: Response,
    limits: Limits,
    on_text: &mut (dyn FnMut(&str) + Send),
) -> Result<Reading, Fault> {
    let mut events = Box::pin(bytes(response, limits.bytes).eventsource());
    let mut reply = StreamedReply::default();
    let mut limit = TimeLimit::FirstToken;
    while !reply.is_done() {
        let next = within(limits.first_token, limit, async { Ok(events.next().await) }).await?;
        let Some(event) = next else { break };
        let text = reply.take(&event.map_err(event_fault)?.data)?;
        limit = TimeLimit::Silence;
        if !text.is_empty() {
            on_text(&text);
        }
    }
    reply.finish()
}

/// The bytes of a streamed reply, up to a limit, without the byte order mark that `eventsource-stream` 0.2
/// panics on, and with a blank line in the end: servers forget the one after their last event.
fn bytes(response: Response, limit: usize) -> impl Stream<Item = Result<Vec<u8>, Fault>> {
    let mut left = limit;
    let mut at_start = true;
    let bounded = response.bytes_stream().map(move |chunk| {
        let chunk = chunk.map_err(|error| transport_fault(&error))?;
        left = left.checked_sub(chunk.len()).ok_or(Fault::TooLarge)?;
        Ok(chunk)
    });
    let marked = bounded.map(move |chunk: Result<_, Fault>| {
        let chunk = chunk?;
        let skipped = if at_start { byte_order_mark(&chunk) } else { 0 };
        at_start = false;
        Ok(chunk[skipped..].to_vec())
    });
    marked.chain(futures::stream::iter([Ok(b"\n\n".to_vec())]))
}

fn byte_order_mark(chunk: &[u8]) -> usize {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if chunk.starts_with(MARK) { MARK.len() } else { 0 }
}

fn event_fault(error: EventStreamError<Fault>) -> Fault {
    match error {
        EventStreamError::Transport(fault) => fault,
        EventStreamError::Utf8(_) => Fault::malformed("the stream is not UTF-8"),
        EventStreamError::Parser(_) => Fault::malformed("the stream is not made of events"),
    }
}

fn transport_fault(error: &reqwest::Error) -> Fault {
    let detail = cause(error);
    if error.is_timeout() {
        Fault::TimedOut { limit: TimeLimit::Connect }
    } else if has_tls_cause(error) {
        Fault::TlsFailed { detail }
    } else if error.is_connect() {
        Fault::Unreachable { detail }
    } else {
        Fault::ConnectionLost { detail }
    }
}

fn has_tls_cause(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(source) = next {
        // An I/O error names as its source not the error that it wraps, but that one's source.
        let wrapped = source.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if source.is::<rustls::Error>() || wrapped.is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>)
        {
            return true;
        }
        next = source.source();
    }
    false
}
