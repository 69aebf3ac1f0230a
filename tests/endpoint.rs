//! An endpoint against a scripted server on a real socket: what is sent, what is tried again, what is said.

use std::sync::Arc;
use std::time::Duration;

use interview_coach::config::ApiKey;
use interview_coach::endpoint::{
    BasePath, Capabilities, ChatReply, ChatRequest, Endpoint, EndpointError, EndpointSettings, Finish,
    Message, ReplyShape, Role, Streamed, Support, TimeLimit, TokenCap, Usage,
};
use serde_json::{Value, json};
use support::{FakeEndpoint, Reply, Request};

mod support;

const KEY: &str = "sk-never-seen";

/// Settings under which nothing waits longer than it must.
fn settings(url: &str) -> EndpointSettings {
    EndpointSettings { backoff_unit: Duration::ZERO, ..EndpointSettings::at(url, "test-model") }
}

fn with_key(url: &str) -> EndpointSettings {
    EndpointSettings { api_key: Some(ApiKey::new(KEY)), ..settings(url) }
}

fn endpoint(fake: &FakeEndpoint) -> Endpoint {
    Endpoint::new(settings(&fake.url())).unwrap()
}

fn schema() -> ReplyShape {
    ReplyShape::Schema { name: "critique".to_owned(), schema: json!({"type": "object"}).into() }
}

fn request(shape: ReplyShape) -> ChatRequest {
    let message = Message { role: Role::User, content: "Grüße, \"quoted\"\n".into() };
    ChatRequest { messages: vec![message], shape, max_tokens: 50, temperature: 0.0, seed: Some(1) }
}

fn ask() -> ChatRequest {
    request(ReplyShape::Text)
}

/// What a streamed reply showed: the text at the end, and how often it began anew.
async fn stream(endpoint: &Endpoint) -> (Result<ChatReply, EndpointError>, String, usize) {
    let (mut text, mut restarts) = (String::new(), 0);
    let mut on_text = |piece: Streamed<'_>| match piece {
        Streamed::Text(piece) => text.push_str(piece),
        Streamed::Restart => {
            text.clear();
            restarts += 1;
        }
    };
    let reply = endpoint.chat_streamed(&ask(), &mut on_text).await;
    (reply, text, restarts)
}

/// The error that a server's one and only reply leads to, whole and streamed alike, and the requests it took.
async fn error_of(reply: Reply) -> (EndpointError, usize) {
    let fake = FakeEndpoint::replying([reply]);
    let whole = endpoint(&fake).chat(&ask()).await.unwrap_err();
    let requests = fake.requests().len();
    let (streamed, ..) = stream(&endpoint(&fake)).await;
    assert_eq!(streamed.unwrap_err(), whole);
    assert_eq!(fake.requests().len(), 2 * requests);
    (whole, requests)
}

#[tokio::test]
async fn a_reply() {
    let fake = FakeEndpoint::replying([Reply::chat("Grüße 🦀")]);
    let endpoint = Endpoint::new(with_key(&fake.url())).unwrap();
    let reply = endpoint.chat(&request(schema())).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish, reply.requests), ("Grüße 🦀", Finish::Stop, 1));
    assert_eq!(reply.usage, Usage { prompt_tokens: 10, completion_tokens: 5 });
    let [seen] = &fake.requests()[..] else { panic!("not one request") };
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/chat/completions"));
    assert_eq!(seen.header("authorization"), Some("Bearer sk-never-seen"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.json["model"], "test-model");
    assert_eq!(seen.last_message(), "Grüße, \"quoted\"\n");
    assert_eq!(seen.json["response_format"]["json_schema"]["strict"], true);
    assert_eq!(endpoint.capabilities().schema, Support::Taken);
}

#[tokio::test]
async fn without_a_key_no_header_is_sent() {
    let fake = FakeEndpoint::replying([Reply::chat("a")]);
    endpoint(&fake).chat(&ask()).await.unwrap();
    assert_eq!(fake.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn requests_share_connections_and_clones_what_is_known() {
    let fake = FakeEndpoint::replying([
        Reply::error(400, "'response_format.type' must be 'text'", ""),
        Reply::error(400, "'response_format.type' must be 'text'", ""),
        Reply::chat("a"),
    ]);
    let endpoint = endpoint(&fake);
    assert_eq!(endpoint.chat(&request(schema())).await.unwrap().requests, 3);
    for _ in 0..5 {
        assert_eq!(endpoint.clone().chat(&request(schema())).await.unwrap().requests, 1);
    }
    assert_eq!((fake.requests().len(), fake.connections()), (8, 1));
}

#[tokio::test]
async fn a_stream_cut_anywhere_between_its_bytes() {
    let text = "Grüße 🦀, \"quoted\"\n\u{2028}done";
    for bytes in [1, 2, 3, 5, 7, 11, 64, 100_000] {
        let fake = FakeEndpoint::replying([
            Reply::events(&["Grüße 🦀, ", "\"quoted\"\n\u{2028}", "done"]).in_pieces_of(bytes)
        ]);
        let (reply, shown, restarts) = stream(&endpoint(&fake)).await;
        let reply = reply.unwrap();
        assert_eq!((reply.text.as_str(), shown.as_str(), restarts), (text, text, 0), "pieces of {bytes}");
        assert_eq!((reply.finish, reply.usage.completion_tokens), (Finish::Stop, 5));
        assert_eq!(fake.requests()[0].json["stream_options"], json!({"include_usage": true}));
    }
}

#[tokio::test]
async fn streams_with_the_liberties_that_servers_take() {
    let event = |text: &str| format!(r#"data: {{"choices":[{{"delta":{{"content":"{text}"}}}}]}}"#);
    let end = r#"data: {"choices":[{"delta":{},"finish_reason":"stop"}]}"#;
    for (name, body) in [
        ("byte order mark", format!("\u{feff}{}\n\n{end}\n\n", event("ab"))),
        ("carriage returns", format!("{}\r\n\r\n{end}\r\n\r\ndata: [DONE]\r\n\r\n", event("ab"))),
        ("comments to keep the connection", format!(": PROCESSING\n\n: x\n\n{}\n\n{end}\n\n", event("ab"))),
        ("no blank line in the end", format!("{}\n\n{end}", event("ab"))),
        ("no space after the colon", format!("{}\n\n{end}\n\n", event("ab").replace("data: ", "data:"))),
        ("no reason, but the end is said", format!("{}\n\ndata: [DONE]\n\n", event("ab"))),
        ("names of events", format!("event: chunk\nid: 1\n{}\n\n{end}\n\n", event("ab"))),
    ] {
        for bytes in [1, 100_000] {
            let fake = FakeEndpoint::replying([Reply::stream([body.clone()]).in_pieces_of(bytes)]);
            let (reply, shown, _) = stream(&endpoint(&fake)).await;
            assert_eq!(
                reply.as_ref().map(|reply| reply.text.as_str()),
                Ok("ab"),
                "{name} in pieces of {bytes}"
            );
            assert_eq!((shown.as_str(), fake.requests().len()), ("ab", 1), "{name}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_sends_all_at_once() {
    let whole = json!({"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]});
    let fake = FakeEndpoint::replying([Reply::json(200, &whole)]);
    let (reply, shown, restarts) = stream(&endpoint(&fake)).await;
    assert_eq!((reply.unwrap().text.as_str(), shown.as_str(), restarts), ("all", "all", 0));
}

#[tokio::test]
async fn a_cut_stream_begins_anew_and_says_so() {
    let cut = || Reply::events(&["half of ", "it"]).in_pieces_of(40).cut_after(320);
    let fake = FakeEndpoint::replying([cut(), Reply::events(&["whole"]), cut()]);
    let endpoint = endpoint(&fake);
    let (reply, shown, restarts) = stream(&endpoint).await;
    let reply = reply.unwrap();
    assert_eq!((reply.text.as_str(), shown.as_str(), restarts, reply.requests), ("whole", "whole", 1, 2));
    let (reply, shown, restarts) = stream(&endpoint).await;
    let Err(EndpointError::ConnectionLost { .. }) = reply else { panic!("{reply:?}") };
    assert_eq!((shown.as_str(), restarts), ("half of ", 4), "every try but the last is taken back");
}

#[tokio::test]
async fn an_error_within_a_stream_is_tried_again() {
    let error = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"error\":{\"message\":\"lost\",\"code\":503}}\n\n";
    let fake = FakeEndpoint::replying([Reply::stream([error]), Reply::chat("b")]);
    let (reply, shown, restarts) = stream(&endpoint(&fake)).await;
    assert_eq!((reply.unwrap().text.as_str(), shown.as_str(), restarts), ("b", "b", 1));
}

#[tokio::test]
async fn faults_that_pass_are_outlived() {
    for (name, fault) in [
        ("500", Reply::status(500)),
        ("HTML from a gateway", Reply::html(502, "Bad Gateway")),
        ("a page with status 200", Reply::html(200, "Login")),
        ("overloaded", Reply::error(529, "Overloaded", "overloaded_error")),
        ("429", Reply::error(429, "slow down", "rate_limit_exceeded").header("retry-after-ms", "1")),
        ("429 with seconds", Reply::status(429).header("retry-after", "0")),
        (
            "429 with a date long past",
            Reply::status(429).header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ),
        ("a closed connection", Reply::drop_connection()),
        ("no HTTP", Reply::raw("SSH-2.0-OpenSSH_9.2\r\n")),
        ("half a body", Reply::chat("half").cut_after(20)),
        ("half a body, well framed", Reply::status(200).body(r#"{"choices":[{"mess"#)),
        (
            "a body shorter than announced",
            Reply::status(200).body("{}").header("content-length", "100").cut_after(1),
        ),
        ("not UTF-8", Reply::status(200).body(b"{\"choices\":\"\xff\xfe\"}".to_vec())),
        ("no choice", Reply::json(200, &json!({"choices": []}))),
        ("an empty body", Reply::status(200)),
    ] {
        let fake = FakeEndpoint::replying([fault.clone(), fault, Reply::chat("at last")]);
        let reply = endpoint(&fake).chat(&ask()).await;
        let told = reply.as_ref().map(|reply| (reply.text.as_str(), reply.requests));
        assert_eq!(told, Ok(("at last", 3)), "{name}");
    }
}

#[tokio::test]
async fn a_requested_wait_is_waited() {
    let wait = Reply::status(429).header("retry-after-ms", "60");
    let fake = FakeEndpoint::replying([wait, Reply::chat("a")]);
    let begun = std::time::Instant::now();
    endpoint(&fake).chat(&ask()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_wait_beyond_all_patience_is_told_instead() {
    let (error, requests) = error_of(Reply::status(429).header("retry-after", "3600")).await;
    assert_eq!(requests, 1);
    assert_eq!(error.hint().as_deref(), Some("the server says to wait 3600 s"));
    assert!(matches!(error, EndpointError::RateLimited { .. }), "{error:?}");
}

#[tokio::test]
async fn what_does_not_pass_is_told_with_a_hint() {
    let quota = Reply::error(429, "You exceeded your current quota.", "insufficient_quota");
    let context = Reply::error(400, "request (40030 tokens) exceeds the available context size", "");
    for (reply, requests, message, stops) in [
        (Reply::error(401, "who?", ""), 1, "wants a key, and none is set", true),
        (quota, 1, "quota at HOST is used up: You exceeded your current quota.", true),
        (Reply::status(402), 1, "quota at HOST is used up: it gives no reason", true),
        (context, 1, "too long for the model's context at HOST: request (40030 tokens)", false),
        (Reply::error(400, "filtered", "content_filter"), 1, "the content filter at HOST refused", false),
        (Reply::error(400, "'messages' is required", ""), 1, "HOST rejects the request (400)", false),
        (Reply::error(422, "no", ""), 1, "HOST rejects the request (422): no", false),
        (Reply::error(404, "File Not Found", ""), 1, "nothing at HOST: File Not Found", true),
        (
            Reply::html(503, "Down for repair"),
            5,
            "HOST failed (503): a web page titled \"Down for repair\"",
            false,
        ),
        (Reply::status(429), 10, "HOST limits the rate", false),
        (
            Reply::html(200, "Login"),
            3,
            "HOST sent a reply that can't be read: a web page instead of JSON",
            true,
        ),
    ] {
        let (error, sent) = error_of(reply).await;
        let text = error.to_string();
        let place = text.split_whitespace().find(|word| word.starts_with("127.0.0.1:")).unwrap_or_default();
        let text = text.replace(place.trim_end_matches(':'), "HOST");
        assert!(text.contains(message), "{text}");
        assert_eq!((sent, error.stops_the_run()), (requests, stops), "{text}");
    }
}

#[tokio::test]
async fn an_unknown_model_is_told_with_the_models_on_offer() {
    let fake = FakeEndpoint::start(|request: &Request| {
        if request.path == "/v1/models" {
            let list = ["embedder", "test-model-2", "other"].map(|id| json!({"id": id}));
            return Reply::json(200, &json!({"data": list}));
        }
        Reply::error(404, "model \"test-model\" not found, try pulling it first", "api_error")
    });
    let error = endpoint(&fake).chat(&ask()).await.unwrap_err();
    assert!(error.to_string().contains("doesn't know the model `test-model`"), "{error}");
    assert_eq!(error.hint().as_deref(), Some("it offers test-model-2, embedder, other"));
    assert!(error.stops_the_run());
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn silence_is_not_waited_out() {
    // Of the two limits one is out of reach, so that a busy machine can't meet the wrong one first.
    let (short, middling, long) = (40, 400, 30_000);
    for (reply, limit, first_token, total) in [
        (Reply::hang(), TimeLimit::FirstToken, short, long),
        (Reply::events(&["a"]).silent_after(0), TimeLimit::FirstToken, short, long),
        (Reply::events(&["a"]).in_pieces_of(500).silent_after(300), TimeLimit::Silence, middling, long),
        (
            Reply::events(&["a"; 400]).in_pieces_of(60).trickle(Duration::from_millis(5)),
            TimeLimit::Total,
            long,
            short,
        ),
    ] {
        let fake = FakeEndpoint::replying([reply]);
        let settings = EndpointSettings {
            first_token_timeout: Duration::from_millis(first_token),
            total_timeout: Duration::from_millis(total),
            retries: 1,
            ..settings(&fake.url())
        };
        let (reply, ..) = stream(&Endpoint::new(settings).unwrap()).await;
        let Err(EndpointError::TimedOut { limit: passed, .. }) = reply else {
            panic!("{limit:?}: {reply:?}")
        };
        assert_eq!((passed, fake.requests().len()), (limit, 2));
    }
}

#[tokio::test]
async fn a_whole_reply_has_its_total_time() {
    let fake = FakeEndpoint::replying([Reply::hang()]);
    let total = Duration::from_millis(40);
    let settings = EndpointSettings { total_timeout: total, retries: 1, ..settings(&fake.url()) };
    let error = Endpoint::new(settings).unwrap().chat(&ask()).await.unwrap_err();
    assert!(error.to_string().ends_with("took too long: no complete reply within 0.04 s"), "{error}");
    assert_eq!(error.hint().as_deref(), Some("raise `total_timeout` of this judge"));
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test]
async fn replies_are_bounded() {
    let huge = "x".repeat(200_000);
    for reply in [
        Reply::chat(&huge),
        Reply::events(&[&huge]),
        Reply::stream([huge.clone()]),
        Reply::status(200).body(huge.clone()),
    ] {
        let fake = FakeEndpoint::replying([reply]);
        let settings = EndpointSettings { max_reply_bytes: 100_000, ..settings(&fake.url()) };
        let endpoint = Endpoint::new(settings).unwrap();
        let errors = [endpoint.chat(&ask()).await.unwrap_err(), stream(&endpoint).await.0.unwrap_err()];
        for error in errors {
            assert!(matches!(error, EndpointError::TooLarge { limit: 100_000, .. }), "{error:?}");
        }
        assert_eq!(fake.requests().len(), 2, "a reply that is too large is not asked for again");
    }
}

#[tokio::test]
async fn whatever_a_server_sends_without_end_comes_to_one() {
    let endless_headers = format!("HTTP/1.1 200 OK\r\n{}", "x-more: and more of it\r\n".repeat(100_000));
    let one_header = format!("HTTP/1.1 200 OK\r\nx-long: {}", "y".repeat(4_000_000));
    let one_line = format!("data: {}", "z".repeat(6_000_000));
    let list = format!("[\"{}\"]", "m".repeat(300_000));
    for reply in [
        Reply::raw(endless_headers),
        Reply::raw(one_header),
        Reply::stream([one_line]),
        Reply::status(200).body(list),
    ] {
        let fake = FakeEndpoint::replying([reply]);
        let settings = EndpointSettings { max_reply_bytes: 8_000_000, retries: 0, ..settings(&fake.url()) };
        let endpoint = Endpoint::new(settings.clone()).unwrap();
        assert!(endpoint.chat(&ask()).await.is_err() && stream(&endpoint).await.0.is_err());
        let bounded = Endpoint::new(EndpointSettings { max_reply_bytes: 200_000, ..settings }).unwrap();
        assert!(bounded.models().await.is_err());
    }
}

#[tokio::test]
async fn nobody_there() {
    let gone = FakeEndpoint::replying([Reply::chat("a")]).url();
    let error = Endpoint::new(settings(&gone)).unwrap().chat(&ask()).await.unwrap_err();
    assert!(error.to_string().starts_with("can't reach 127.0.0.1:"), "{error}");
    assert!(error.stops_the_run() && error.hint().is_some());
}

#[tokio::test]
async fn models() {
    let list = json!({"data": [{"id": "a"}, {"id": "b"}]});
    let fake = FakeEndpoint::replying([Reply::status(503), Reply::json(200, &list)]);
    assert_eq!(endpoint(&fake).model_names().await, Ok(vec!["a".to_owned(), "b".to_owned()]));
    let requests = fake.requests();
    assert_eq!((requests[1].method.as_str(), requests[1].path.as_str()), ("GET", "/v1/models"));
}

#[path = "endpoint/adapting.rs"]
mod adapting;
#[path = "endpoint/proxies.rs"]
mod proxies;
#[path = "endpoint/secrets.rs"]
mod secrets;
