//! Whatever an enquiry says, qualification decides; it never panics and never says half a thing.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn words() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![
        "\\PC{0,60}",
        "(price|CM-100|barista one|unsubscribe|casino|@|'|\\\\|[0-9]{1,6}| ){0,12}",
    ])
}

prop_compose! {
    fn enquiries()(
        given_name in words(), family_name in words(), company in words(), topic in words(),
        message in words(), currency in words(), tax_id in words(), website in words(),
        emails in prop::collection::vec("[a-c]@(gmail\\.com|acme\\.example|)", 0..4),
        phones in prop::collection::vec("\\+?4989[0-2]", 0..4),
        products in prop::collection::vec("\\PC{0,8}", 0..4),
        (mantissa, scale) in (any::<i64>(), 0..18_u32),
    ) -> Enquiry {
        let amount = Decimal::new(mantissa, scale);
        let interest = products.into_iter();
        Enquiry {
            person: Person { given_name, family_name, emails, phones, ..Person::default() },
            company, topic, message, currency, tax_id, website,
            budget: Some(amount),
            interest: interest.map(|product| Interest::of(product, Some(amount))).collect(),
            ..Enquiry::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_enquiries_in_a_row_are_each_decided(
        enquiries in prop::collection::vec(enquiries(), 1..6),
    ) {
        let mut story = story();
        for (n, enquiry) in enquiries.into_iter().enumerate() {
            let n = u32::try_from(n).unwrap();
            let told = capture(&mut story, lead(n, enquiry)).unwrap();
            prop_assert!(!told.says.is_empty());
            let qualified = told.get::<LeadQualified>().is_some();
            prop_assert_eq!(qualified, told.get::<OpportunityCreated>().is_some());
            let by_hand = story.when(by_hand(id(n)));
            prop_assert!(!qualified || by_hand.unwrap().already);
        }
    }
}
