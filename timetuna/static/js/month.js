// What the page with the month runs, which has no form to be sent once; put together when static files are collected.
import "./ready.js";
import "./answered.js";
import "./slots.js";
import "./timezone.js";
import "./month-keys.js";
import "./pick.js";
