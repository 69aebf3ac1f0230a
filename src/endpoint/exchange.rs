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
use super::pace::Quota;
use super::retry::WaitHeaders;
use super::stream::StreamedReply;

/// Of a failing server's page no more is read than this; its first lines say it all.
const ERROR_BODY_BYTES: usize = 64 * 1024;

/// The longest line of a stream. `eventsource-stream` looks through the whole of an unfinished line with every chunk;
/// the longest reply known in one event, of 128,000 tokens, takes half a megabyte.
const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// How patient one request is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) first_token: Duration,
    pub(super) total: Duration,
    pub(super) bytes: usize,
}

/// Asks for JSON. `quota` is what the headers say about it, also where there is no reply.
pub(super) async fn whole(
    request: RequestBuilder,
    limits: Limits,
    quota: &mut Quota,
) -> Result<Value, Fault> {
    within(limits.total, TimeLimit::Total, async {
        let response = answered(request, quota).await?;
        json(&bounded(response, limits.bytes).await?)
    })
    .await
}

/// Asks for a file of any size; `take` gets its bytes until it returns false.
pub(super) async fn file(
    request: RequestBuilder,
    limits: Limits,
    take: &mut (dyn FnMut(&[u8]) -> bool + Send),
) -> Result<(), Fault> {
    within(limits.total, TimeLimit::Total, async {
        let mut response = answered(request, &mut Quota::default()).await?;
        while let Some(chunk) = response.chunk().await.map_err(|error| transport_fault(&error))? {
            if !take(&chunk) {
                break;
            }
        }
        Ok(())
    })
    .await
}

/// Asks for a streamed reply; `on_text` gets each piece of text.
pub(super) async fn streamed(
    request: RequestBuilder,
    limits: Limits,
    quota: &mut Quota,
    on_text: &mut (dyn FnMut(&str) + Send),
) -> Result<Reading, Fault> {
    within(limits.total, TimeLimit::Total, async {
        let first = within(limits.first_token, TimeLimit::FirstToken, answered(request, quota)).await?;
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
async fn answered(request: RequestBuilder, quota: &mut Quota) -> Result<Response, Fault> {
    let response = request.send().await.map_err(|error| transport_fault(&error))?;
    let status = response.status();
    *quota = Quota::read(&|name| header(response.headers(), name));
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

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn wait_headers(headers: &HeaderMap) -> WaitHeaders<'_> {
    WaitHeaders {
        retry_after_ms: header(headers, "retry-after-ms"),
        retry_after: header(headers, "retry-after"),
        should_retry: header(headers, "x-should-retry"),
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
        if is_web_page(body) {
            return Fault::WebPage { detail: format!("a web page instead of JSON: {beginning}") };
        }
        Fault::malformed(format!("not JSON ({error}): {beginning}"))
    })?;
    match Complaint::within(&value) {
        Some(complaint) => Err(Fault::complained(complaint)),
        None => Ok(value),
    }
}

/// Whether a body is a page for people. Judged by the body: servers call JSON `text/html`, too.
fn is_web_page(body: &[u8]) -> bool {
    const BEGINNINGS: [&str; 2] = ["<!doctype html", "<html"];
    let text = String::from_utf8_lossy(&body[..body.len().min(ERROR_BODY_BYTES)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    BEGINNINGS.iter().any(|beginning| {
        text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
    })
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
    let chunks = response.bytes_stream().map(|chunk| chunk.map_err(|error| transport_fault(&error)));
    let mut events = Box::pin(prepared(chunks, limits.bytes).eventsource());
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
fn prepared<Chunk: AsRef<[u8]>>(
    chunks: impl Stream<Item = Result<Chunk, Fault>>,
    limit: usize,
) -> impl Stream<Item = Result<Vec<u8>, Fault>> {
    let mut left = limit;
    let mut line = 0;
    let mut beginning = Beginning::default();
    let bounded = chunks.map(move |chunk| {
        let chunk = chunk?;
        let bytes = chunk.as_ref();
        left = left.checked_sub(bytes.len()).ok_or(Fault::TooLarge)?;
        line =
            bytes.iter().rposition(|byte| *byte == b'\n').map_or(line + bytes.len(), |end| bytes.len() - end);
        if line > LONGEST_LINE {
            return Err(Fault::TooLarge);
        }
        Ok(beginning.without_mark(bytes))
    });
    bounded.chain(futures::stream::iter([Ok(b"\n\n".to_vec())]))
}

/// The beginning of a stream, until it is known not to be a byte order mark.
#[derive(Default)]
struct Beginning {
    held: Vec<u8>,
    over: bool,
}

impl Beginning {
    const MARK: &[u8] = "\u{feff}".as_bytes();

    /// The next bytes, without the mark at the very beginning, which may come in pieces.
    fn without_mark(&mut self, chunk: &[u8]) -> Vec<u8> {
        if self.over {
            return chunk.to_vec();
        }
        self.held.extend_from_slice(chunk);
        if self.held.len() < Self::MARK.len() && Self::MARK.starts_with(&self.held) {
            return Vec::new();
        }
        self.over = true;
        let held = std::mem::take(&mut self.held);
        held.strip_prefix(Self::MARK).map(<[u8]>::to_vec).unwrap_or(held)
    }
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
    if error.is_timeout() && error.is_connect() {
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
        if is_of_tls(source) {
            return true;
        }
        next = source.source();
    }
    false
}

/// An I/O error names as its source not the error that it wraps, but that one's source.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|wrapped| is_of_tls(wrapped))
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, TryStreamExt};
    use proptest::prelude::*;

    use super::*;

    /// All data of the events in `chunks`, or the first fault.
    fn data(chunks: Vec<Vec<u8>>) -> Result<Vec<String>, Fault> {
        let events = prepared(futures::stream::iter(chunks.into_iter().map(Ok)), usize::MAX).eventsource();
        let data = events.map(|event| event.map(|event| event.data).map_err(event_fault));
        data.try_collect().now_or_never().unwrap()
    }

    fn pieces(bytes: &[u8], size: usize) -> Vec<Vec<u8>> {
        bytes.chunks(size).map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn a_byte_order_mark_in_pieces() {
        for (text, expected) in
            [("\u{feff}data: a", vec!["a"]), ("\u{fefe}data: a", vec![]), ("\u{feff}", vec![])]
        {
            for size in 1..5 {
                assert_eq!(data(pieces(text.as_bytes(), size)).unwrap(), expected, "{text:?} by {size}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_events_or_a_fault(bytes: Vec<u8>, size in 1_usize..9) {
            let _ = data(pieces(&bytes, size));
        }

        #[test]
        fn events_do_not_depend_on_where_chunks_end(text in "(data: ?[a-z🦀]{0,3}(\r\n|\n\n?)){0,6}", size in 1_usize..9) {
            prop_assert_eq!(data(pieces(text.as_bytes(), size)), data(vec![text.into_bytes()]));
        }

        #[test]
        fn any_body_is_json_or_a_fault(bytes: Vec<u8>) {
            let _ = json(&bytes);
        }
    }
}
