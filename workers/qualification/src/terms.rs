//! By what every lead is converted, and every deal priced.

use chrono_tz::Tz;
use domain::exchange_rate::Base;

use crate::field_map::FieldMap;
use crate::settings::QualificationSettings;

/// By what every lead is converted.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) settings: QualificationSettings,
    pub(crate) map: FieldMap,
    /// Whose calendar says which day it is.
    pub(crate) zone: Tz,
    /// By what deals in other currencies are converted.
    pub(crate) base: Base,
}
