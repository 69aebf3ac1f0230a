//! A provider's Batch API: upload a file of requests, have it worked through, ask how far it is, fetch the replies.
//!
//! A request that makes something is sent again only when it is known, or has been looked up, that the one before did
//! not go through: nothing is uploaded or ordered twice. What the requests ask and what replies mean is the judge's
//! business.

mod lines;

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Url};
use serde_json::Value;

use super::call::{Course, Sent};
use super::capabilities::BasePath;
use super::fault::{Fault, Scene};
use super::pace::Quota;
use super::{ChatReply, ChatRequest, Endpoint, EndpointError, Usage, chat, exchange};

use lines::Answered;
pub use lines::{Batch, BatchStatus};

/// Most requests in one file, by OpenAI's reference for `POST /batches` (2026-11): 50,000.
pub const MOST_REQUESTS: u64 = 50_000;

/// Largest file, by the same reference: 200 MB. Taken as the smaller of its two meanings.
pub const MOST_BYTES: u64 = 200_000_000;

/// Files and batches to a page of a list. OpenAI allows 100 for batches.
const PAGE: &str = "100";

/// A list that goes on beyond a million entries goes round in circles.
const MOST_PAGES: usize = 10_000;

/// What is left as it is in a part of a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// Whether an earlier attempt may have gone through without our hearing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// There was none.
    Never,
    /// Look first.
    Perhaps,
}

/// What comes of a download.
#[derive(Debug)]
pub enum Piece<'a> {
    /// The next bytes.
    Bytes(&'a [u8]),
    /// The connection broke, and the file comes again from its beginning.
    Restart,
}

/// What came of one request of a batch.
#[derive(Debug)]
pub enum BatchReply {
    /// A reply, as a live request would have brought it.
    Reply(ChatReply),
    /// The server refused or failed.
    Refused(EndpointError),
    /// It was not carried out; the server's words.
    NotDone(String),
}

/// Something that is to be made once.
enum Making<'m> {
    File { name: &'m str, path: &'m Path },
    Batch { file: &'m str, tag: &'m str },
}

impl Making<'_> {
    fn path(&self) -> &'static str {
        match self {
            Self::File { .. } => "files",
            Self::Batch { .. } => "batches",
        }
    }

    fn is_made(&self, listed: &Value) -> bool {
        match self {
            Self::File { name, .. } => listed["filename"] == *name,
            Self::Batch { file, tag } => lines::is_ordered(listed, file, tag),
        }
    }
}

impl Endpoint {
    /// A line of a file of requests: JSON with a line end. `custom_id` comes back with the reply.
    ///
    /// # Errors
    /// As [`Self::chat`], where the request can't be written.
    pub fn batch_line(&self, custom_id: &str, request: &ChatRequest) -> Result<Vec<u8>, EndpointError> {
        let terms = self.terms(request, &Course::default());
        let body =
            chat::body(self.model(), request, terms, false).map_err(|error| self.unwritable(&error))?;
        Ok(lines::request_line(custom_id, &body))
    }

    /// What a line of a file of replies, or of errors, holds.
    pub fn batch_reply(&self, line: &Value) -> BatchReply {
        match Answered::read(line) {
            Answered::Reply(reply) => BatchReply::Reply(reply),
            Answered::NotDone(said) => BatchReply::NotDone(self.inner.secrets.excerpt(&said)),
            Answered::Complaint(complaint) => {
                let scene = Scene {
                    place: format!("{}{}", self.host(), lines::CHAT_PATH),
                    tried_both_paths: false,
                    answers_now: true,
                    settings: &self.inner.settings,
                    secrets: &self.inner.secrets,
                };
                BatchReply::Refused(Fault::complained(complaint).into_error(scene))
            }
        }
    }

    /// What tokens of a batch cost, where the price is known.
    pub fn batch_cost(&self, usage: Usage) -> Option<f64> {
        self.inner.meter.batch_cost(usage)
    }

    /// Uploads the file at `path` for a batch under a name that no other file has; gives its id at the server.
    ///
    /// # Errors
    /// As [`Self::chat`].
    pub async fn upload(&self, name: &str, path: &Path, before: Before) -> Result<String, EndpointError> {
        let made = self.made_once(&Making::File { name, path }, before).await?;
        let id = made["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| self.nameless("files"))
    }

    /// Has an uploaded file worked through; `tag` is what no other batch has.
    ///
    /// # Errors
    /// As [`Self::chat`].
    pub async fn order(&self, file: &str, tag: &str, before: Before) -> Result<Batch, EndpointError> {
        let made = self.made_once(&Making::Batch { file, tag }, before).await?;
        self.described(&made)
    }

    /// How far a batch is.
    ///
    /// # Errors
    /// As [`Self::chat`].
    pub async fn batch(&self, id: &str) -> Result<Batch, EndpointError> {
        let found = self.fetched(&format!("batches/{}", utf8_percent_encode(id, PLAIN)), &[]).await?;
        self.described(&found)
    }

    /// Fetches a file; `take` gets its bytes until it returns false.
    ///
    /// # Errors
    /// As [`Self::chat`]. What was handed over before an error is not the whole file.
    pub async fn download(
        &self,
        file: &str,
        take: &mut (dyn FnMut(Piece<'_>) -> bool + Send),
    ) -> Result<(), EndpointError> {
        let path = format!("files/{}/content", utf8_percent_encode(file, PLAIN));
        let mut course = Course::default();
        loop {
            let base_path = self.base_path(&course);
            let request = self.inner.connections.get(self.inner.address.url(base_path, &path));
            let fault =
                match exchange::file(request, self.limits(), &mut |bytes| take(Piece::Bytes(bytes))).await {
                    Ok(()) => return Ok(()),
                    Err(fault) => fault,
                };
            self.recover(fault, Sent::Batch(&path, base_path), &mut course).await?;
            if !take(Piece::Restart) {
                return Ok(());
            }
        }
    }

    async fn made_once(&self, making: &Making<'_>, mut before: Before) -> Result<Value, EndpointError> {
        let mut course = Course::default();
        loop {
            if before == Before::Perhaps
                && let Some(found) = self.found(making).await?
            {
                return Ok(found);
            }
            let base_path = self.base_path(&course);
            let request = self.making_request(making, base_path).await?;
            let fault = match self.asked(request, base_path).await {
                Ok(made) => return Ok(made),
                Err(fault) => fault,
            };
            if fault.may_have_gone_through() {
                before = Before::Perhaps;
            }
            self.recover(fault, Sent::Batch(making.path(), base_path), &mut course).await?;
        }
    }

    async fn making_request(
        &self,
        making: &Making<'_>,
        base_path: BasePath,
    ) -> Result<RequestBuilder, EndpointError> {
        let request = self.inner.connections.post(self.inner.address.url(base_path, making.path()));
        match making {
            Making::Batch { file, tag } => Ok(request.json(&lines::order(file, tag))),
            Making::File { name, path } => {
                let unreadable = |error: &dyn std::fmt::Display| EndpointError::RequestRejected {
                    place: self.host(),
                    status: 400,
                    detail: format!("{} can't be read: {error}", path.display()),
                };
                let part = Part::file(path).await.map_err(|error| unreadable(&error))?;
                let part = part.file_name((*name).to_owned()).mime_str("application/jsonl");
                let part = part.map_err(|error| unreadable(&error))?;
                Ok(request.multipart(Form::new().text("purpose", "batch").part("file", part)))
            }
        }
    }

    /// The newest one in the server's list, which has the newest first.
    async fn found(&self, making: &Making<'_>) -> Result<Option<Value>, EndpointError> {
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut query = vec![("limit", PAGE)];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let page = self.fetched(making.path(), &query).await?;
            let listed = page["data"].as_array().map_or(&[][..], Vec::as_slice);
            if let Some(made) = listed.iter().find(|listed| making.is_made(listed)) {
                return Ok(Some(made.clone()));
            }
            let last = listed.last().and_then(|last| last["id"].as_str()).map(str::to_owned);
            if page["has_more"] != true || last.is_none() || last == after {
                break;
            }
            after = last;
        }
        Ok(None)
    }

    async fn fetched(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, EndpointError> {
        let mut course = Course::default();
        loop {
            let base_path = self.base_path(&course);
            let mut url: Url = self.inner.address.url(base_path, path);
            if !query.is_empty() {
                url.query_pairs_mut().extend_pairs(query);
            }
            match self.asked(self.inner.connections.get(url), base_path).await {
                Ok(value) => return Ok(value),
                Err(fault) => self.recover(fault, Sent::Batch(path, base_path), &mut course).await?,
            }
        }
    }

    async fn asked(&self, request: RequestBuilder, base_path: BasePath) -> Result<Value, Fault> {
        let value = exchange::whole(request, self.limits(), &mut Quota::default()).await?;
        self.learn(|known| known.base_path = base_path);
        Ok(value)
    }

    fn described(&self, value: &Value) -> Result<Batch, EndpointError> {
        let mut batch = Batch::read(value).ok_or_else(|| self.nameless("batches"))?;
        for error in &mut batch.errors {
            *error = self.inner.secrets.excerpt(error);
        }
        Ok(batch)
    }

    fn nameless(&self, path: &str) -> EndpointError {
        let detail = "it has no id".to_owned();
        EndpointError::MalformedReply { place: format!("{}/{path}", self.host()), detail }
    }
}
