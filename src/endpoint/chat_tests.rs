//! Requests and replies as they go over the wire.

use serde_json::json;

use super::*;
use crate::endpoint::capabilities::{BasePath, Capabilities};

fn request(shape: ReplyShape) -> ChatRequest {
    let message = |role, content: &str| Message { role, content: content.into() };
    ChatRequest {
        messages: vec![message(Role::System, "Judge."), message(Role::User, "\"quoted\" é \u{0}")],
        shape,
        max_tokens: 100,
        temperature: 0.0,
        seed: Some(7),
    }
}

fn wire(request: &ChatRequest, terms: Terms, stream: bool) -> Value {
    serde_json::from_slice(&body("m", request, terms, stream).unwrap()).unwrap()
}

#[test]
fn a_request_in_full() {
    let request =
        request(ReplyShape::Schema { name: "critique".to_owned(), schema: json!({"type": "object"}).into() });
    let terms = Capabilities::default().terms(&request);
    assert_eq!(
        wire(&request, terms, true),
        json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": "Judge."},
                {"role": "user", "content": "\"quoted\" é \u{0}"},
            ],
            "max_tokens": 100,
            "temperature": 0.0,
            "seed": 7,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "critique", "strict": true, "schema": {"type": "object"}},
            },
            "stream": true,
            "stream_options": {"include_usage": true},
        })
    );
}

#[test]
fn a_request_on_the_poorest_terms() {
    let request = request(ReplyShape::Schema { name: "critique".to_owned(), schema: json!({}).into() });
    let terms = Terms {
        shape: Shape::Text,
        token_cap: TokenCap::MaxCompletionTokens,
        temperature: false,
        seed: false,
        likeliest: None,
        stream_usage: false,
        base_path: BasePath::AsGiven,
    };
    let sent = wire(&request, terms, true);
    let fields: Vec<&String> = sent.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["model", "messages", "max_completion_tokens", "stream"]);
}

#[test]
fn an_object_is_asked_for_where_schemas_are_not_taken() {
    let schema = request(ReplyShape::Schema { name: "critique".to_owned(), schema: json!({}).into() });
    let terms = Terms { shape: Shape::Object, ..Capabilities::default().terms(&schema) };
    let sent = wire(&schema, terms, false);
    assert_eq!(sent["response_format"], json!({"type": "json_object"}));
    assert_eq!((&sent["stream"], sent.get("stream_options")), (&json!(false), None));
}

fn read(reply: &Value) -> Option<ChatReply> {
    Reading::of_reply(reply).map(|reading| reading.into_reply(&ReplyShape::Text, Duration::ZERO))
}

fn reply_with(message: &Value, finish: &Value) -> Value {
    json!({"choices": [{"index": 0, "message": message, "finish_reason": finish}]})
}

#[test]
fn content_in_its_many_forms() {
    for (message, text, finish, reasoning) in [
        (json!({"content": "Hi"}), "Hi", Finish::Stop, false),
        (json!({"content": null}), "", Finish::Stop, false),
        (json!({}), "", Finish::Stop, false),
        (json!(null), "", Finish::Stop, false),
        (
            json!({"content": [{"type": "text", "text": "a"}, "b", {"type": "image"}]}),
            "ab",
            Finish::Stop,
            false,
        ),
        (
            json!({"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}]}),
            "a",
            Finish::Stop,
            true,
        ),
        (json!({"content": "a", "reasoning_content": "hm"}), "a", Finish::Stop, true),
        (json!({"content": "a", "reasoning": "hm"}), "a", Finish::Stop, true),
        (json!({"content": "a", "reasoning_content": null, "reasoning": ""}), "a", Finish::Stop, false),
        (json!({"content": null, "refusal": "I can't."}), "I can't.", Finish::ContentFilter, false),
        (json!({"content": "a", "refusal": null}), "a", Finish::Stop, false),
    ] {
        let reply = read(&reply_with(&message, &json!("stop"))).unwrap();
        assert_eq!(
            (reply.text.as_str(), reply.finish, reply.reasoning),
            (text, finish, reasoning),
            "{message}"
        );
    }
}

#[test]
fn why_a_reply_ended() {
    for (reason, expected) in [
        (json!("stop"), Finish::Stop),
        (json!("length"), Finish::Length),
        (json!("content_filter"), Finish::ContentFilter),
        (json!("tool_calls"), Finish::Other),
        (json!(null), Finish::Other),
        (json!(7), Finish::Other),
    ] {
        assert_eq!(
            read(&reply_with(&json!({"content": "a"}), &reason)).unwrap().finish,
            expected,
            "{reason}"
        );
    }
    assert_eq!(read(&json!({"choices": [{"message": {"content": "a"}}]})).unwrap().finish, Finish::Other);
}

#[test]
fn usage_where_it_is_told() {
    for (usage, expected) in [
        (json!({"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}), (3, 2)),
        (json!({"prompt_tokens": 3}), (3, 0)),
        (json!({"prompt_tokens": "3", "completion_tokens": null}), (0, 0)),
        (json!(null), (0, 0)),
        (json!([]), (0, 0)),
    ] {
        let mut reply = reply_with(&json!({"content": "a"}), &json!("stop"));
        reply["usage"] = usage.clone();
        let told = read(&reply).unwrap().usage;
        assert_eq!((told.prompt_tokens, told.completion_tokens), expected, "{usage}");
    }
    let mut sum = Usage { prompt_tokens: u64::MAX, completion_tokens: 1 };
    sum += Usage { prompt_tokens: 1, completion_tokens: 2 };
    assert_eq!(sum, Usage { prompt_tokens: u64::MAX, completion_tokens: 3 });
}

#[test]
fn replies_without_a_choice() {
    for reply in
        [json!({}), json!([]), json!(null), json!("hi"), json!({"choices": []}), json!({"choices": {}})]
    {
        assert_eq!(read(&reply), None, "{reply}");
    }
    assert!(read(&json!({"choices": [null]})).is_some_and(|reply| reply.text.is_empty()));
}

#[test]
fn in_brief_every_difference_shows() {
    let shared = |text: &str| Message { role: Role::System, content: Spelled::from(text.to_owned()).into() };
    let own = |text: &str| Message { role: Role::User, content: text.into() };
    let schema =
        |kind: &str| ReplyShape::Schema { name: "critique".to_owned(), schema: json!({"type": kind}).into() };
    let base = ChatRequest { messages: vec![shared("Judge."), own("A")], ..request(schema("object")) };
    let terms = Capabilities::default().terms(&base);
    let requests = [
        base.clone(),
        ChatRequest { messages: vec![shared("Judge!"), own("A")], ..base.clone() },
        ChatRequest { messages: vec![shared("Judge."), own("B")], ..base.clone() },
        ChatRequest { messages: vec![own("Judge."), own("A")], ..base.clone() },
        ChatRequest { shape: schema("array"), ..base.clone() },
        ChatRequest { max_tokens: 101, ..base.clone() },
        ChatRequest { temperature: 0.5, ..base.clone() },
        ChatRequest { seed: None, ..base.clone() },
    ];
    let mut briefs: Vec<Vec<u8>> =
        requests.iter().map(|request| in_brief("m", request, terms).unwrap()).collect();
    briefs.push(in_brief("n", &base, terms).unwrap());
    briefs.push(in_brief("m", &base, Terms { shape: Shape::Text, ..terms }).unwrap());
    let all = briefs.len();
    assert_eq!(in_brief("m", &base.clone(), terms).unwrap(), briefs[0]);
    briefs.sort();
    briefs.dedup();
    assert_eq!(briefs.len(), all);
    let long = ChatRequest { messages: vec![shared(&"Judge. ".repeat(1000)), own("A")], ..base };
    assert!(in_brief("m", &long, terms).unwrap().len() < 1000, "what is shared is not written out");
}
