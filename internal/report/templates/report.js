'use strict';
(() => {
  const form = document.getElementById('filter');
  if (!form) return;
  const at = id => document.getElementById(id);
  const inputs = ['q', 'person', 'kind', 'result'].map(at);
  const [q, person, kind, result] = inputs;
  const fold = s => s.toLowerCase().normalize('NFC');
  const texts = el => fold(el.textContent.replace(/\s+/g, ' '));

  // Everything is read once, when it is first needed: the page is there before that.
  let parts;
  const read = () => parts ??= [...document.querySelectorAll('#changes .part')].map(el => ({
    el,
    chunks: [...el.querySelectorAll('.chunk')].map(el => ({
      el,
      groups: [...el.querySelectorAll('tbody')].map(el => {
        const head = el.querySelector('th');
        const name = texts(head);
        return {
          el, name, person: head.hasAttribute('data-person'),
          rows: [...el.querySelectorAll('tr[data-k]')].map(el => ({el, kind: el.dataset.k, result: el.dataset.r, n: +el.dataset.n, text: name + ' ' + texts(el)})),
        };
      }),
    })),
  }));

  const show = (el, yes) => {
    if (el.hidden === yes) el.hidden = !yes;
    return yes;
  };
  const number = n => n.toLocaleString('en');
  const filter = () => {
    const words = fold(q.value).split(/\s+/).filter(Boolean);
    const who = fold(person.value).trim();
    let all = 0, shown = 0;
    for (const part of read()) {
      let some = 0;
      for (const chunk of part.chunks) {
        let here = 0;
        for (const group of chunk.groups) {
          const meant = !who || group.person && group.name.includes(who);
          let n = 0;
          for (const row of group.rows) {
            const yes = meant && (!kind.value || row.kind === kind.value) && (!result.value || row.result === result.value) &&
              words.every(w => row.text.includes(w));
            all += row.n;
            if (show(row.el, yes)) n += row.n;
          }
          show(group.el, n > 0);
          here += n;
        }
        show(chunk.el, here > 0);
        some += here;
      }
      show(part.el, some > 0);
      shown += some;
    }
    at('count').textContent = shown === all ? number(all) + (all === 1 ? ' change' : ' changes') : number(shown) + ' of ' + number(all) + ' changes';
    at('none').hidden = shown > 0;
  };

  // The choice stands in the address, so that it can be sent to somebody: #person=bob&result=failed
  const remember = () => {
    const hash = new URLSearchParams(inputs.filter(i => i.value).map(i => [i.id, i.value])).toString();
    try {
      history.replaceState(null, '', hash ? '#' + hash : location.pathname + location.search);
    } catch { /* some viewers forbid it */ }
  };
  const recall = () => {
    if (!location.hash.includes('=')) return;
    const wish = new URLSearchParams(location.hash.slice(1));
    for (const i of inputs) i.value = wish.get(i.id) ?? '';
    filter();
    at('changes').scrollIntoView();
  };
  const change = () => { filter(); remember(); };

  form.hidden = false;
  form.addEventListener('input', change);
  form.addEventListener('submit', e => e.preventDefault());
  form.addEventListener('reset', () => setTimeout(change));
  addEventListener('hashchange', recall);
  for (const a of document.querySelectorAll('a[data-result]')) {
    a.addEventListener('click', e => {
      e.preventDefault();
      form.reset();
      result.value = a.dataset.result;
      change();
      at('changes').scrollIntoView();
      at('changes').focus({preventScroll: true});
    });
  }
  person.addEventListener('focus', () => {
    const names = new Set();
    for (const part of read()) for (const chunk of part.chunks) for (const group of chunk.groups) {
      if (group.person) names.add(group.el.querySelector('th').firstChild.textContent.trim());
    }
    for (const name of names) at('people').appendChild(new Option('', name));
  }, {once: true});
  addEventListener('beforeprint', () => {
    for (const d of document.querySelectorAll('details:not([open])')) d.open = true;
  });
  recall();
})();
