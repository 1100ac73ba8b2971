"""What the API takes and answers, as types that its OpenAPI is made from."""
