//! The JSON Schema of sweep files, for editors.

use serde_json::{Value as Json, json};

use crate::auction::MAX_BIDDERS;

use super::form::{Form, Integer, object};
use super::limits::{MAX_REPLICATES, SCHEMA};
use super::measures;
use super::member::own_settings;
use super::report;
use super::settings::settings;

/// The JSON Schema (draft 7) of sweep files, as Taplo reads it.
pub fn json_schema() -> Json {
    let fixed = object(keys(|value| value), &[]);
    let axes = object(keys(axis), &[]);
    let mut exclude = keys(one_or_many);
    exclude["why"] = json!({ "type": "string" });
    let exclude = object(exclude, &[]);
    let zips = json!({ "type": "object", "additionalProperties": reference("axes") });
    let grid = json!({
        "fixed": reference("fixed"),
        "axes": reference("axes"),
        "zip": zips,
        "exclude": { "type": "array", "items": reference("exclude") },
    });
    let mut block = grid.clone();
    block["label"] = json!({ "type": "string" });
    let mut file = grid;
    file["schema"] = json!({ "const": SCHEMA });
    file["name"] = json!({ "type": "string", "pattern": "^[a-z0-9-]+$" });
    file["question"] = json!({ "type": "string" });
    file["block"] = json!({ "type": "array", "items": object(block, &[]) });
    file["seeds"] = seeds();
    file["measure"] = measures::registry().schema();
    file["report"] = report::registry().schema();
    file["populations"] = json!({ "type": "object", "additionalProperties": population() });
    let mut schema = object(file, &["schema", "name"]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("bidsweep sweep file");
    schema["definitions"] = json!({ "fixed": fixed, "axes": axes, "exclude": exclude });
    schema
}

/// Every setting, and those of learners in the tables that unquoted dotted keys make.
fn keys(wrap: fn(Json) -> Json) -> Json {
    let mut keys = json!({});
    for entry in settings() {
        let value = wrap(entry.schema());
        if let Some((learner, name)) = entry.key.split_once('.') {
            if keys.get(learner).is_none() {
                keys[learner] = object(json!({}), &[]);
            }
            keys[learner]["properties"][name] = value.clone();
        }
        keys[&entry.key] = value;
    }
    keys
}

fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

fn one_or_many(value: Json) -> Json {
    json!({ "anyOf": [value, { "type": "array", "items": value }] })
}

/// The forms of an axis over one setting.
fn axis(value: Json) -> Json {
    let number = json!({ "type": "number" });
    let ends = json!({ "type": "array", "items": number, "minItems": 2, "maxItems": 2 });
    let count = json!({ "type": "integer", "minimum": 2 });
    json!({ "oneOf": [
        { "type": "array", "items": value, "minItems": 1 },
        object(json!({ "from": number, "to": number, "step": number }), &["from", "to", "step"]),
        object(json!({ "linspace": ends, "num": count }), &["linspace", "num"]),
        object(json!({ "geomspace": ends, "num": count }), &["geomspace", "num"]),
    ] })
}

fn seeds() -> Json {
    let keys = json!({
        "root": { "type": "integer", "minimum": 0, "maximum": i64::MAX },
        "replicates": Integer { min: 1, max: MAX_REPLICATES }.schema(),
        "common": { "type": "boolean" },
    });
    object(keys, &[])
}

fn population() -> Json {
    let count = Integer { min: 1, max: MAX_BIDDERS as u32 }.schema();
    let mut bidder = json!({ "count": count });
    for (_, entry) in own_settings() {
        bidder[&entry.key] = entry.schema();
    }
    object(
        json!({ "bidders": { "type": "array", "items": object(bidder, &[]), "minItems": 1 } }),
        &["bidders"],
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    /// Every object within the schema, itself among them.
    fn objects(schema: &Json) -> Vec<&Map<String, Json>> {
        match schema {
            Json::Object(map) => std::iter::once(map).chain(map.values().flat_map(objects)).collect(),
            Json::Array(list) => list.iter().flat_map(objects).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_setting_may_be_fixed_varied_and_excluded() {
        let schema = json_schema();
        for table in ["fixed", "axes", "exclude"] {
            let properties = schema["definitions"][table]["properties"].as_object().expect("a table of keys");
            for entry in settings() {
                assert!(properties.contains_key(&entry.key), "{table} has {}", entry.key);
            }
        }
        assert!(schema["definitions"]["axes"]["properties"]["adam"]["properties"]["beta1"].is_object());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let schema = json_schema();
        let references: Vec<&str> =
            objects(&schema).iter().filter_map(|object| object.get("$ref")?.as_str()).collect();
        assert!(!references.is_empty());
        for reference in references {
            assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }
}
