"""A stand-in of services that send texts, in the shape of Twilio and of Vonage."""
