mod store_subjects;
