/** What stands in the page before a figure came. */
export const MARKUP: string = /* html */ `<header>
  <h1>Queues</h1>
  <p id="state" role="status" data-state="waiting">connecting</p>
</header>
<p id="notice" class="notice" role="alert" hidden></p>
<form id="login" hidden>
  <label for="token">This server asks for a token.</label>
  <div class="line"><input id="token" type="password" autocomplete="off" required><button>Enter</button></div>
  <p id="login-error" role="alert"></p>
</form>
<main id="main" hidden>
  <dl id="totals"></dl>
  <div id="tools">
    <input id="search" type="search" placeholder="Find a queue" aria-label="Find a queue" autocomplete="off" spellcheck="false">
    <select id="sort" aria-label="Order">
      <option value="depth">Deepest first</option>
      <option value="oldestMs">Oldest first</option>
      <option value="sentRate">Most sent/s first</option>
      <option value="deadLetters">Most dead letters first</option>
      <option value="name">By name</option>
    </select>
  </div>
  <table>
    <thead><tr><th scope="col">Queue</th><th scope="col">Ready</th><th scope="col">Delayed</th><th scope="col">In flight</th><th scope="col">Sent/s</th><th scope="col">Acked/s</th><th scope="col">Oldest</th><th scope="col">Dead letters</th></tr></thead>
    <tbody id="rows"></tbody>
  </table>
  <p id="none" hidden></p>
  <button id="more" class="quiet" hidden></button>
</main>
<dialog id="detail" aria-labelledby="detail-name">
  <div class="head"><h2 id="detail-name"></h2><span id="detail-paused" class="badge" hidden>paused</span><button id="detail-close" class="quiet" aria-label="Close">Close</button></div>
  <p id="detail-notice" class="notice" hidden></p>
  <p id="detail-gone" role="status" hidden>This queue is not there any more.</p>
  <dl id="facts"></dl>
  <section id="actions">
    <div class="line"><button id="pause">Pause</button><button id="redrive">Redrive</button><button id="purge" class="danger">Purge…</button></div>
    <form id="confirm" hidden>
      <label for="confirm-name" id="confirm-text"></label>
      <div class="line"><input id="confirm-name" autocomplete="off" spellcheck="false" autocapitalize="off"><button id="confirm-purge" class="danger" disabled>Purge</button><button type="button" id="confirm-cancel" class="quiet">Cancel</button></div>
    </form>
  </section>
  <p id="looks-only" hidden>Your token does not give the right to manage this queue.</p>
  <p id="result" role="status"></p>
  <section id="next">
    <div class="head"><h3>Next messages</h3><button id="look" class="quiet">Look again</button></div>
    <ol id="messages"></ol>
  </section>
</dialog>`
