// Tells the style sheets that scripts run: .no-js goes away, .only-js appears.
document.documentElement.classList.add("js");
