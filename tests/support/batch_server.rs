//! A server with a Batch API, as OpenAI publishes it: files, batches, their states, files of replies and of errors, lists
//! in pages. Faults are asked for by the test.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{FakeEndpoint, Reply, Request};

/// Most requests in a file, and most bytes.
const LIMITS: (usize, usize) = (50_000, 200_000_000);

/// What becomes of one request of a batch.
#[derive(Debug, Clone)]
pub enum Fate {
    /// The model replies.
    Answered,
    /// The model replies this, and stops for this reason.
    Replied(&'static str, &'static str),
    /// The request is refused with this status, message and code.
    Refused(u16, &'static str, &'static str),
    /// The time is over before its turn.
    Expired,
    /// No line comes.
    Lost,
    /// The line is torn.
    Torn,
    /// An error comes, and a reply as well.
    ErrorThenAnswered,
    /// The reply comes twice.
    Twice,
}

/// How the connection ends at one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Dropped before the request is carried out.
    Before,
    /// Dropped after it was carried out.
    After,
    /// Silent after it was carried out.
    Silence,
}

/// How the server behaves.
pub struct Server {
    /// What the model replies to a request, live or in a batch.
    pub model: Box<dyn Fn(&Request) -> String + Send + Sync>,
    /// What becomes of the request at a place in its file.
    pub fate: Box<dyn Fn(usize) -> Fate + Send + Sync>,
    /// The states that a batch goes through, one each time somebody looks; the last one stays.
    pub states: Vec<&'static str>,
    /// How many looks later than the one before it a batch comes to its second state.
    pub later: usize,
    /// Where the connection ends: after so many requests, and how.
    pub cut: Option<(usize, Cut)>,
    /// Whether the server keeps metadata.
    pub keeps_metadata: bool,
    /// What a file that is not there is called.
    pub no_file: Value,
    /// Entries to a page, whatever the client asks for.
    pub page: usize,
}

impl Server {
    /// A sound one.
    pub fn new(model: impl Fn(&Request) -> String + Send + Sync + 'static) -> Self {
        Self {
            model: Box::new(model),
            fate: Box::new(|_| Fate::Answered),
            states: vec!["completed"],
            later: 0,
            cut: None,
            keeps_metadata: true,
            no_file: Value::Null,
            page: usize::MAX,
        }
    }

    /// The same where the request at each place of a file has this fate.
    pub fn with_fate(mut self, fate: impl Fn(usize) -> Fate + Send + Sync + 'static) -> Self {
        self.fate = Box::new(fate);
        self
    }

    /// The same where batches go through these states.
    pub fn with_states(mut self, states: &[&'static str]) -> Self {
        self.states = states.to_vec();
        self
    }

    pub fn start(self) -> BatchServer {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = Arc::clone(&kept);
        let fake = FakeEndpoint::start(move |request| {
            let cut = self.cut.filter(|(at, _)| *at == request.number).map(|(_, cut)| cut);
            if cut == Some(Cut::Before) {
                return Reply::drop_connection();
            }
            let reply = shared.lock().unwrap().answer(request, &self);
            match cut {
                None => reply,
                Some(Cut::Before | Cut::After) => Reply::drop_connection(),
                Some(Cut::Silence) => Reply::hang(),
            }
        });
        BatchServer { fake, kept }
    }
}

/// A running server.
pub struct BatchServer {
    pub fake: FakeEndpoint,
    kept: Arc<Mutex<Kept>>,
}

impl BatchServer {
    /// The names of the uploaded files, in order.
    pub fn uploads(&self) -> Vec<String> {
        self.kept
            .lock()
            .unwrap()
            .files
            .iter()
            .filter(|file| file.purpose == "batch")
            .map(|file| file.name.clone())
            .collect()
    }

    /// The files that were ordered, in order.
    pub fn ordered(&self) -> Vec<String> {
        self.kept.lock().unwrap().batches.iter().map(|batch| batch.input.0.clone()).collect()
    }

    /// How many requests were answered live.
    pub fn live(&self) -> usize {
        self.fake.requests().iter().filter(|request| request.path.ends_with("/chat/completions")).count()
    }
}

#[derive(Default)]
struct Kept {
    files: Vec<StoredFile>,
    batches: Vec<StoredBatch>,
}

struct StoredFile {
    id: String,
    name: String,
    purpose: &'static str,
    bytes: Vec<u8>,
}

struct StoredBatch {
    id: String,
    /// Name and id of the file of requests.
    input: (String, String),
    metadata: Value,
    looks: usize,
    counts: (usize, usize, usize),
    output: Option<String>,
    errors: Option<String>,
    complaint: Option<String>,
}

impl Kept {
    fn answer(&mut self, request: &Request, server: &Server) -> Reply {
        let path = request.path.split('?').next().unwrap().trim_start_matches("/v1/").to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["chat", "completions"]) => Reply::chat((server.model)(request)),
            ("POST", ["files"]) => self.upload(request),
            ("POST", ["batches"]) => self.order(request, server),
            ("GET", ["files"]) => page(request, server, self.files.iter().map(StoredFile::json).collect()),
            ("GET", ["batches"]) => {
                page(request, server, self.batches.iter().map(|batch| batch.json(server)).collect())
            }
            ("GET", ["batches", id]) => self.look(id, server),
            ("GET", ["files", id, "content"]) => match self.files.iter().find(|file| file.id == *id) {
                Some(file) => Reply::status(200).body(file.bytes.clone()),
                None => Reply::error(404, "No such File object", "not_found"),
            },
            _ => Reply::error(404, "Invalid URL", "not_found"),
        }
    }

    fn upload(&mut self, request: &Request) -> Reply {
        let (name, bytes) = uploaded(request);
        self.store(name, "batch", bytes);
        Reply::json(200, &self.files.last().unwrap().json())
    }

    fn store(&mut self, name: String, purpose: &'static str, bytes: Vec<u8>) -> String {
        let id = format!("file-{}", self.files.len() + 1);
        self.files.push(StoredFile { id: id.clone(), name, purpose, bytes });
        id
    }

    fn order(&mut self, request: &Request, server: &Server) -> Reply {
        let wanted = &request.json;
        let known = |file: &&StoredFile| wanted["input_file_id"] == file.id && file.purpose == "batch";
        let Some(file) = self.files.iter().find(known) else {
            return Reply::error(400, "invalid input_file_id", "invalid_request_error");
        };
        if wanted["endpoint"] != "/v1/chat/completions" || wanted["completion_window"] != "24h" {
            return Reply::error(400, "invalid batch", "invalid_request_error");
        }
        self.batches.push(StoredBatch {
            id: format!("batch_{}", self.batches.len() + 1),
            input: (file.name.clone(), file.id.clone()),
            metadata: if server.keeps_metadata { wanted["metadata"].clone() } else { Value::Null },
            looks: 0,
            counts: (0, 0, 0),
            output: None,
            errors: None,
            complaint: None,
        });
        let batch = self.batches.last().unwrap();
        let mut described = batch.json(server);
        described["status"] = json!("validating");
        Reply::json(200, &described)
    }

    /// Each look finds the batch one state further; the files are there when it has ended.
    fn look(&mut self, id: &str, server: &Server) -> Reply {
        let Some(at) = self.batches.iter().position(|batch| batch.id == id) else {
            return Reply::error(404, "No batch found", "not_found");
        };
        let step = self.batches[at].looks.saturating_sub(at * server.later);
        let state = server.states[step.min(server.states.len() - 1)];
        self.batches[at].looks += 1;
        let is_over = matches!(state, "completed" | "expired" | "cancelled");
        if is_over && self.batches[at].output.is_none() && self.batches[at].complaint.is_none() {
            self.work_through(at, server);
        }
        let batch = &self.batches[at];
        let mut described = batch.json(server);
        described["status"] = json!(if batch.complaint.is_some() { "failed" } else { state });
        Reply::json(200, &described)
    }

    fn work_through(&mut self, at: usize, server: &Server) {
        let file = self.files.iter().find(|file| file.id == self.batches[at].input.1).unwrap();
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        if let Some(complaint) = complaint(&text) {
            self.batches[at].complaint = Some(complaint);
            return;
        }
        let (mut replies, mut errors) = (Vec::new(), Vec::new());
        for (place, line) in text.lines().enumerate() {
            let line: Value = serde_json::from_str(line).unwrap();
            outcome(&line, &(server.fate)(place), server, &mut replies, &mut errors);
        }
        // The protocol promises no order.
        replies.reverse();
        self.batches[at].counts = (text.lines().count(), replies.len(), errors.len());
        let name = |kind: &str| format!("batch_{at}_{kind}.jsonl");
        if !replies.is_empty() {
            self.batches[at].output =
                Some(self.store(name("output"), "batch_output", replies.concat().into_bytes()));
        }
        if !errors.is_empty() {
            self.batches[at].errors =
                Some(self.store(name("error"), "batch_output", errors.concat().into_bytes()));
        }
    }
}

/// What a provider finds wrong with a file of requests.
fn complaint(text: &str) -> Option<String> {
    let mut names = std::collections::HashSet::new();
    if text.lines().count() > LIMITS.0 || text.len() > LIMITS.1 || text.is_empty() {
        return Some("the file is empty or too large".to_owned());
    }
    for (number, line) in text.lines().enumerate() {
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            return Some(format!("line {} is not JSON", number + 1));
        };
        let is_sound =
            line["method"] == "POST" && line["url"] == "/v1/chat/completions" && line["body"].is_object();
        if !is_sound || !names.insert(line["custom_id"].as_str().unwrap_or_default().to_owned()) {
            return Some(format!("line {} is no request, or its custom_id is not unique", number + 1));
        }
    }
    None
}

fn outcome(line: &Value, fate: &Fate, server: &Server, replies: &mut Vec<String>, errors: &mut Vec<String>) {
    let id = &line["custom_id"];
    let said = |text: &str, finish: &str| {
        let choice =
            json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish});
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15});
        let body = json!({"object": "chat.completion", "choices": [choice], "usage": usage});
        let response = json!({"status_code": 200, "request_id": "r", "body": body});
        json!({"id": "batch_req_1", "custom_id": id, "response": response, "error": null}).to_string() + "\n"
    };
    let failed = |status: u16, message: &str, code: &str| {
        let body = json!({"error": {"message": message, "type": code, "param": null, "code": code}});
        let response = json!({"status_code": status, "request_id": "r", "body": body});
        json!({"id": "batch_req_1", "custom_id": id, "response": response, "error": null}).to_string() + "\n"
    };
    let request = || Request {
        number: 0,
        method: "POST".to_owned(),
        path: "/v1/chat/completions".to_owned(),
        headers: Vec::new(),
        json: line["body"].clone(),
        body: Vec::new(),
    };
    let sound = || said(&(server.model)(&request()), "stop");
    match fate {
        Fate::Answered => replies.push(sound()),
        Fate::Replied(text, finish) => replies.push(said(text, finish)),
        Fate::Refused(status, message, code) => errors.push(failed(*status, message, code)),
        Fate::Expired => {
            let error = json!({"code": "batch_expired",
                "message": "This request could not be executed before the completion window expired."});
            errors.push(
                json!({"id": "r", "custom_id": id, "response": null, "error": error}).to_string() + "\n",
            );
        }
        Fate::Lost => {}
        Fate::Torn => replies.push(sound()[..40].to_owned() + "\n"),
        Fate::ErrorThenAnswered => {
            errors.push(failed(500, "it broke", "server_error"));
            replies.push(sound());
        }
        Fate::Twice => replies.extend([sound(), sound()]),
    }
}

impl StoredFile {
    fn json(&self) -> Value {
        json!({"id": self.id, "object": "file", "bytes": self.bytes.len(), "created_at": 1, "filename": self.name,
            "purpose": self.purpose, "status": "processed"})
    }
}

impl StoredBatch {
    fn json(&self, server: &Server) -> Value {
        let file = |id: &Option<String>| id.as_ref().map_or(server.no_file.clone(), |id| json!(id));
        let errors =
            self.complaint.as_ref().map(|said| json!({"object": "list", "data": [{"message": said}]}));
        let (total, completed, failed) = self.counts;
        json!({"id": self.id, "object": "batch", "endpoint": "/v1/chat/completions", "errors": errors,
            "input_file_id": self.input.1, "completion_window": "24h", "status": server.states[0],
            "output_file_id": file(&self.output), "error_file_id": file(&self.errors), "created_at": 1,
            "request_counts": {"total": total, "completed": completed, "failed": failed}, "metadata": self.metadata})
    }
}

/// A page of a list, the newest first.
fn page(request: &Request, server: &Server, mut all: Vec<Value>) -> Reply {
    all.reverse();
    let query = request.path.split('?').nth(1).unwrap_or_default();
    let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let begin =
        asked("after").and_then(|after| all.iter().position(|it| it["id"] == after)).map_or(0, |at| at + 1);
    let limit = asked("limit").map_or(20, |limit| limit.parse().unwrap()).min(server.page);
    let end = all.len().min(begin + limit);
    Reply::json(200, &json!({"object": "list", "data": all[begin..end], "has_more": end < all.len()}))
}

/// Name and bytes of the file in a form.
fn uploaded(request: &Request) -> (String, Vec<u8>) {
    let kind = request.header("content-type").unwrap();
    let boundary = kind.split_once("boundary=").expect("a form").1.trim_matches('"');
    let text = String::from_utf8(request.body.clone()).unwrap();
    let mut purpose = None;
    let mut file = None;
    for part in text.split(&format!("--{boundary}")) {
        let Some((head, body)) = part.split_once("\r\n\r\n") else { continue };
        let body = body.strip_suffix("\r\n").unwrap();
        if head.contains("name=\"purpose\"") {
            purpose = Some(body.to_owned());
        }
        if let Some(name) = head.split("filename=\"").nth(1) {
            file = Some((name.split('"').next().unwrap().to_owned(), body.as_bytes().to_vec()));
        }
    }
    assert_eq!(purpose.as_deref(), Some("batch"));
    file.expect("a file")
}
