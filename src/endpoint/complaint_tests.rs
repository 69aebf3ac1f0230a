//! Error bodies as real servers send them.

use proptest::prelude::*;

use super::*;

fn kind(status: u16, body: &str) -> ComplaintKind {
    Complaint::read(status, body.as_bytes()).kind
}

#[test]
fn parameters_that_servers_refuse() {
    use Parameter::{Logprobs, Seed, Shape, StreamUsage, Temperature, ThisSchema, TokenCap};
    for (status, body, expected) in [
        // LM Studio
        (400, r#"{"error":"'response_format.type' must be 'json_schema' or 'text'"}"#, Shape),
        // Volcano Engine
        (
            400,
            r#"{"error":{"code":"InvalidParameter","message":"The parameter `response_format.type` specified in the request are not valid: invalid value: `json_schema`, supported values are: `json_object` and `text`.","param":"response_format.type","type":"BadRequest"}}"#,
            Shape,
        ),
        // OpenAI, older models
        (
            400,
            r#"{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.","type":"invalid_request_error","param":null,"code":null}}"#,
            Shape,
        ),
        // xAI: the message is the error, the code a sentence
        (
            400,
            r#"{"code":"Client specified an invalid argument","error":"The response_format parameter is unsupported at the moment. Leave it unset."}"#,
            Shape,
        ),
        // llama.cpp
        (
            400,
            r#"{"error":{"code":400,"message":"response_format type must be one of \"text\" or \"json_object\", but got: json_schema","type":"invalid_request_error"}}"#,
            Shape,
        ),
        (501, r#"{"error":{"message":"JSON schema is not implemented"}}"#, Shape),
        (
            400,
            r#"{"error":{"code":400,"message":"Unable to generate parser for this template. Automatic parser generation failed: JSON schema conversion failed:\nUnrecognized schema: {\"type\":\"nonsense\"}","type":"invalid_request_error"}}"#,
            ThisSchema,
        ),
        // OpenAI, strict mode
        (
            400,
            r#"{"error":{"message":"Invalid schema for response_format 'critique': In context=(), 'additionalProperties' is required to be supplied and to be false.","type":"invalid_request_error","param":"response_format","code":null}}"#,
            ThisSchema,
        ),
        // Groq
        (
            400,
            r#"{"error":{"message":"Failed to generate JSON. Please adjust your prompt.","type":"invalid_request_error","code":"json_validate_failed"}}"#,
            ThisSchema,
        ),
        // vLLM
        (
            500,
            r#"{"object":"error","message":"Failed to compile grammar","type":"InternalServerError","code":500}"#,
            ThisSchema,
        ),
        // OpenAI, reasoning models
        (
            400,
            r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
            TokenCap,
        ),
        (
            400,
            r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}"#,
            Temperature,
        ),
        (
            403,
            r#"{"error":{"message":"You are not allowed to request logprobs from this model","type":"invalid_request_error","param":null,"code":null}}"#,
            Logprobs,
        ),
        // FastAPI with extra fields forbidden
        (
            422,
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":123}]}"#,
            Seed,
        ),
        // Gemini's OpenAI-compatible interface
        (
            400,
            r#"[{"error":{"code":400,"message":"Invalid JSON payload received. Unknown name \"seed\": Cannot find field.","status":"INVALID_ARGUMENT"}}]"#,
            Seed,
        ),
        (
            400,
            r#"{"error":{"message":"Unrecognized request argument supplied: stream_options","type":"invalid_request_error"}}"#,
            StreamUsage,
        ),
    ] {
        assert_eq!(kind(status, body), ComplaintKind::Parameter(expected), "{body}");
    }
}

#[test]
fn complaints_that_nothing_left_out_would_help() {
    use ComplaintKind::{ContentFilter, ContextTooLong, Other, QuotaExhausted, UnknownModel, WrongPath};
    for (status, body, expected) in [
        // llama.cpp
        (
            400,
            r#"{"error":{"code":400,"message":"request (40030 tokens) exceeds the available context size (8192 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":40030,"n_ctx":8192}}"#,
            ContextTooLong,
        ),
        // vLLM
        (
            400,
            r#"{"object":"error","message":"This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in the messages, 10000 in the completion).","type":"BadRequestError","param":null,"code":400}"#,
            ContextTooLong,
        ),
        // LM Studio
        (
            400,
            r#"{"error":"Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"}"#,
            ContextTooLong,
        ),
        (413, "", ContextTooLong),
        (
            429,
            r#"{"error":{"message":"Request too large for gpt-4 in organization x on tokens per min (TPM)","code":"rate_limit_exceeded"}}"#,
            ContextTooLong,
        ),
        // OpenAI
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
            QuotaExhausted,
        ),
        // DeepSeek
        (402, r#"{"error":{"message":"Insufficient Balance","type":"unknown_error"}}"#, QuotaExhausted),
        // Gemini says the same words for a limit by the minute
        (
            429,
            r#"{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED"}}"#,
            Other,
        ),
        (429, r#"{"error":{"message":"Rate limit reached for gpt-4","code":"rate_limit_exceeded"}}"#, Other),
        // OpenAI, Ollama, vLLM, OpenRouter
        (
            404,
            r#"{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
            UnknownModel,
        ),
        (
            404,
            r#"{"error":{"message":"model \"qwen9\" not found, try pulling it first","type":"api_error","param":null,"code":null}}"#,
            UnknownModel,
        ),
        (
            404,
            r#"{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}"#,
            UnknownModel,
        ),
        (400, r#"{"error":{"message":"x/y is not a valid model ID","code":400}}"#, UnknownModel),
        // Azure
        (
            400,
            r#"{"error":{"message":"The response was filtered due to the prompt triggering a content management policy.","type":null,"param":"prompt","code":"content_filter"}}"#,
            ContentFilter,
        ),
        (
            403,
            r#"{"error":{"message":"Your chosen model requires moderation and your input was flagged","code":403}}"#,
            ContentFilter,
        ),
        // llama.cpp, FastAPI, a web server
        (404, r#"{"error":{"message":"File Not Found","type":"not_found_error","code":404}}"#, WrongPath),
        (404, r#"{"detail":"Not Found"}"#, WrongPath),
        (405, "<html><title>405 Not Allowed</title></html>", WrongPath),
        (
            400,
            r#"{"error":{"message":"max_tokens is too large: 99999. This model supports at most 4096 completion tokens","param":"messages"}}"#,
            Other,
        ),
        (400, r#"{"error":{"message":"'messages' is required"}}"#, Other),
        (500, r#"{"error":{"message":"temperature of the GPU too high"}}"#, Other),
        (401, r#"{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}"#, Other),
    ] {
        assert_eq!(kind(status, body), expected, "{body}");
    }
}

#[test]
fn errors_inside_a_reply_that_began_well() {
    for (reply, expected) in [
        // LM Studio answers a wrong path with 200
        (
            r#"{"error":"Unexpected endpoint or method. (POST /chat/completions)"}"#,
            Some((500, ComplaintKind::WrongPath)),
        ),
        (r#"{"error":{"message":"overloaded","code":529}}"#, Some((529, ComplaintKind::Other))),
        (r#"{"error":{"message":"no","code":"weird"}}"#, Some((500, ComplaintKind::Other))),
        (r#"{"error":null,"choices":[]}"#, None),
        (r#"{"choices":[]}"#, None),
        ("[]", None),
    ] {
        let found = Complaint::within(&serde_json::from_str(reply).unwrap());
        assert_eq!(found.map(|complaint| (complaint.status, complaint.kind)), expected, "{reply}");
    }
}

#[test]
fn what_was_said() {
    for (body, expected) in [
        (
            "<!DOCTYPE html><html><head><TITLE>502 Bad\nGateway</TITLE>",
            "a web page titled \"502 Bad Gateway\"",
        ),
        ("<html>", "a web page"),
        ("<title>", "a web page"),
        ("upstream died", "upstream died"),
        (r#"{"detail":"Not Found"}"#, "Not Found"),
        (r#"{"error":{"message":"m"}}"#, "m"),
        (r#"{"message":"gone"}"#, "gone"),
        ("null", ""),
        ("[]", ""),
        ("", ""),
    ] {
        assert_eq!(Complaint::read(500, body.as_bytes()).said, expected, "{body}");
    }
    assert_eq!(Complaint::read(500, b"\xff\xfe").said, "\u{fffd}\u{fffd}");
}

/// Any JSON, with the names of fields that the reading looks for.
fn any_json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "error", "detail", "message", "code", "type", "loc", "msg", "choices", "delta", "content",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..4).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn anything_can_be_said(status in 100_u16..600, body: Vec<u8>) {
        Complaint::read(status, &body);
    }

    #[test]
    fn any_json_can_be_said(status in 100_u16..600, body in any_json()) {
        Complaint::read(status, body.to_string().as_bytes());
        Complaint::within(&body);
    }

    #[test]
    fn any_json_can_be_streamed(body in any_json()) {
        let mut reply = crate::endpoint::stream::StreamedReply::default();
        let _ = reply.take(&body.to_string());
        let _ = reply.finish();
        crate::endpoint::chat::Reading::of_reply(&body);
        crate::endpoint::listing::offered(&body);
    }
}
