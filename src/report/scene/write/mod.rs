//! The writers of pictures, one a format.

use super::Scene;

pub fn svg(_scene: &Scene) -> String {
    String::new()
}
pub fn inline(_scene: &Scene) -> String {
    String::new()
}
pub fn png(_scene: &Scene) -> Vec<u8> {
    Vec::new()
}
pub fn pdf(_scene: &Scene) -> Vec<u8> {
    Vec::new()
}
