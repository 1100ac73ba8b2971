// What guests' pages run, but the month's; put together when static files are collected.
import "./ready.js";
import "./answered.js";
import "./once.js";
import "./copy.js";
import "./poll.js";
import "./hold.js";
