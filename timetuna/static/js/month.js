// What the page with the month runs; put together when static files are collected.
import "./ready.js";
import "./once.js";
import "./slots.js";
import "./timezone.js";
import "./month-keys.js";
