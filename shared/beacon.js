(d => {
  let { src, dataset: { story, token, weight = "" } } = d.currentScript, s, half, wait,
    url = new URL(`articles/${story}/views`, src),
    body = () => JSON.stringify({ reader: s.dateline, token }),
    go = async ask => {
      if (ask) try {
        let { reading: r } = await (await fetch(url, { cache: "reload" })).json()
        if (r.weight > weight) weight = r.weight, token = r.token
      } catch {}
      if (s.dateline * weight >= 1) s[story] = half
      else if ((await fetch(url, { method: "POST", body: body(), keepalive: 1 })).status > 428) throw 0
    },
    see = () => {
      if (s || d.hidden || d.prerendering) return
      try { (s = sessionStorage).dateline ||= Math.random() } catch { s = { dateline: Math.random() } }
      let now = Date.now() / 6e4, old = Math.abs(now - parseInt(token)) > 2
      half = now / 30 | 0
      if (old) weight = token = ""
      if (s[story] != half) go(old).catch(_ => {
        wait = setTimeout(_ => { wait = 0; go(1).catch(_ => 0) }, 12e3 + Math.random() * 12e3)
        addEventListener("pagehide", _ => wait && token && navigator.sendBeacon(url, body()))
      })
    }
  for (let e of ["prerenderingchange", "visibilitychange"]) d.addEventListener(e, see)
  see()
})(document)
