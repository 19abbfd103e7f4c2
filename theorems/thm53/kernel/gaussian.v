(** * Gaussian latents

    Of a normal law N(theta, Sigma) two things are used: its log-density, up to a constant, and its
    mean and covariance.  The mean of a function of z is any linear functional with that mean and
    covariance, so no integral is computed here. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces pseudoinverse differential expansions.
From Geometry.thm53 Require Import order.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Gaussian.
Variable F : realFieldType.

(** The part of the log-density of N(mean, Sigma) at x that depends on the mean: - (x - mean)^T Sigma^-1 (x - mean) / 2. *)
Definition log_density n (Sigma : 'M[F]_n) (mean x : 'rV[F]_n) : F := - (quad (invmx Sigma) (x - mean) / 2%:R).

(** [E] takes means of functions of z: it is linear, and z has the mean [theta] and the covariance [Sigma]. *)
Definition mean_covariance p (E : ('rV[F]_p -> F) -> F) (theta : 'rV_p) (Sigma : 'M_p) : Prop :=
  [/\ forall f g, (forall z, f z = g z) -> E f = E g,
      forall a f g, E (fun z => a * f z + g z) = a * E f + E g,
      forall i, E (fun z => z 0 i - theta 0 i) = 0 &
      forall i j, E (fun z => (z 0 i - theta 0 i) * (z 0 j - theta 0 j)) = Sigma i j].

(** [I] is the Fisher information at theta of a family with log-density [l theta z]: the mean of score^T score, where the score is the gradient of [l] in theta. *)
Definition fisher_density p (E : ('rV[F]_p -> F) -> F) (l : 'rV[F]_p -> 'rV[F]_p -> F) (theta : 'rV_p) (I : 'M_p) : Prop :=
  exists2 score : 'rV_p -> 'rV_p, forall z, gradient (l ^~ z) theta (score z) &
    forall i j, I i j = E (fun z => score z 0 i * score z 0 j).

Section Means.
Variables (p : nat) (E : ('rV[F]_p -> F) -> F) (theta : 'rV[F]_p) (Sigma : 'M[F]_p).
Hypothesis mc : mean_covariance E theta Sigma.

Lemma E0 : E (fun=> 0) = 0.
Proof.
case: mc => ext lin _ _; have e : E (fun=> 1 * 0 + 0) = E (fun=> 0) by apply: ext => z; rewrite mulr0 addr0.
have := lin 1 (fun=> 0) (fun=> 0); rewrite e mul1r => /eqP.
by rewrite -subr_eq0 opprD addrA subrr sub0r oppr_eq0 => /eqP.
Qed.

Lemma E_sum I (r : seq I) (a : I -> F) (f : I -> 'rV[F]_p -> F) :
  E (fun z => \sum_(i <- r) a i * f i z) = \sum_(i <- r) a i * E (f i).
Proof.
case: (mc) => ext lin _ _; elim: r => [|i r IH].
  by rewrite big_nil -[RHS]E0; apply: ext => z; rewrite big_nil.
by rewrite big_cons -IH -lin; apply: ext => z; rewrite big_cons.
Qed.

(** The mean of (z - theta) C, times its transpose, is C^T Sigma C. *)
Lemma covariance_linear (C : 'M[F]_p) i j :
  E (fun z => ((z - theta) *m C) 0 i * ((z - theta) *m C) 0 j) = (C^T *m Sigma *m C) i j.
Proof.
case: (mc) => ext lin _ cov.
pose f (kl : 'I_p * 'I_p) (z : 'rV[F]_p) := (z 0 kl.1 - theta 0 kl.1) * (z 0 kl.2 - theta 0 kl.2).
transitivity (E (fun z => \sum_kl (C kl.1 i * C kl.2 j) * f kl z)).
  apply: ext => z; rewrite -(pair_big xpredT xpredT (fun k l => C k i * C l j * f (k, l) z)) /=.
  rewrite [X in X * _ = _]mxE mulr_suml; apply: eq_bigr => k _.
  rewrite [X in _ * X = _]mxE mulr_sumr; apply: eq_bigr => l _.
  rewrite /f /= !mxE; set x := z 0 k; set x0 := theta 0 k; set y := z 0 l; set y0 := theta 0 l; ring.
rewrite E_sum -(pair_big xpredT xpredT (fun k l => C k i * C l j * E (f (k, l)))) /=.
rewrite exchange_big mxE; apply: eq_bigr => l _; rewrite mxE mulr_suml; apply: eq_bigr => k _.
rewrite cov !mxE; set x := Sigma k l; set y := C k i; set z := C l j; ring.
Qed.

End Means.

(** The score of N(theta P^T, S) as a function of x = z P^T. *)
Lemma gradient_log_density p k (S : 'M[F]_k) (P : 'M[F]_(k, p)) (theta z : 'rV[F]_p) :
  sym S ->
  gradient (fun t => log_density S (t *m P^T) (z *m P^T)) theta ((z - theta) *m (P^T *m invmx S *m P)).
Proof.
move=> sS; set Q := invmx S; have sQ : sym Q by rewrite /sym trmx_inv sS.
pose A := P^T *m Q *m P; have sA : sym A by apply: sym_pull.
have l t : log_density S (t *m P^T) (z *m P^T) = - (quad A (z - t) / 2%:R).
  by rewrite /log_density -mulmxBl -quad_pull.
apply: (@differential_quadratic _ _ _ _ _ _ (norm1 A) 1) => // v _.
have -> : (log_density S ((theta + v) *m P^T) (z *m P^T))%:M - (log_density S (theta *m P^T) (z *m P^T))%:M
  - v *m ((z - theta) *m A)^T = (- (quad A v / 2%:R))%:M :> 'rV_1.
  rewrite !l opprD addrA quadD_sym // quadN formNr.
  have -> : v *m ((z - theta) *m A)^T = (form A (z - theta) v)%:M.
    by rewrite (form_sym _ _ sA) form_dot sA /dot -mx11_scalar.
  by rewrite -!raddfB /=; congr (_%:M); set y := form A (z - theta) v; field.
rewrite norm1_scalar normrN normrM normfV [`|2%:R|]ger0_norm ?ler0n //.
apply: le_trans _ (quad_norm1 A v); rewrite ler_pdivr_mulr ?ltr0n //.
by rewrite ler_pemulr ?normr_ge0 // ler1n.
Qed.

(** For z ~ N(theta, Sigma) and h(z) = P z with P onto and ker P = V: I_z = Sigma^-1 and I_h = P^T (P Sigma P^T)^-1 P = I_z / V. *)
Theorem part_gaussian p k m (E : ('rV[F]_p -> F) -> F) (theta : 'rV_p) (Sigma : 'M_p) (P : 'M_(k, p)) (V : 'M_(m, p)) :
  pd Sigma -> mean_covariance E theta Sigma -> \rank P = k -> (V :=: ker P)%MS ->
  [/\ fisher_density E (fun t z => log_density Sigma t z) theta (invmx Sigma),
      fisher_density E (fun t z => log_density (P *m Sigma *m P^T) (t *m P^T) (z *m P^T)) theta
        (P^T *m invmx (P *m Sigma *m P^T) *m P) &
      P^T *m invmx (P *m Sigma *m P^T) *m P = shorted (invmx Sigma) V].
Proof.
move=> pS mc rP VP; have sS : sym Sigma by case: pS.
have unit n (A : 'M[F]_n) : pd A -> A \in unitmx.
  case=> _ pA; rewrite -row_free_unit -kermx_eq0 -submx0; apply/rV_subP => x /sub_kermxP xA.
  rewrite submx0; apply: contraT => /pA; by rewrite /quad /form xA mul0mx mxE ltxx.
have uS : Sigma \in unitmx by apply: unit.
have fP : row_free P by rewrite /row_free rP.
pose S := P *m Sigma *m P^T.
have pSP : pd S.
  split=> [|x x0]; first exact: sym_congr.
  by rewrite quad_congr; case: pS => _; apply; rewrite mulmx_free_eq0.
have uSP : S \in unitmx by apply: unit.
pose A := P^T *m invmx S *m P.
have sA : sym A by apply: sym_pull; rewrite /sym trmx_inv; case: pSP => ->.
have sI : sym (invmx Sigma) by rewrite /sym trmx_inv sS.
split.
- exists (fun z => (z - theta) *m (1%:M^T *m invmx Sigma *m 1%:M)).
    move=> z eps e0; have [dl d0 H] := gradient_log_density 1%:M theta z sS e0.
    by exists dl => // v /H; rewrite trmx1 !mulmx1.
  move=> i j; rewrite (covariance_linear mc) trmx1 mul1mx mulmx1 sI.
  by rewrite mulVmx // mul1mx.
- exists (fun z => (z - theta) *m A).
    by move=> z; apply: gradient_log_density; case: pSP.
  move=> i j; rewrite (covariance_linear mc) sA.
  have -> : A *m Sigma *m A = P^T *m invmx S *m (P *m Sigma *m P^T) *m invmx S *m P by rewrite /A !mulmxA.
  by rewrite -/S mulmxKV.
have pI : psd (invmx Sigma).
  split=> // x; case: pS => _ pS; have -> : quad (invmx Sigma) x = quad Sigma (x *m invmx Sigma).
    by rewrite /quad /form trmx_mul sI mulmxKV // mulmxA.
  by have [->|x0] := eqVneq (x *m invmx Sigma) 0; rewrite ?quad0 // ltW // pS.
have VP0 : V *m P^T = 0 by apply/sub_kermxP; rewrite -[kermx _]/(ker P) VP.
rewrite -/S -/A; apply/row_matrixP => i; rewrite !rowE; move: (delta_mx 0 i) => x.
pose u := x *m P^T *m invmx S.
have [c xE] : exists c, x = c *m V + u *m (P *m Sigma).
  have : (x - u *m (P *m Sigma) <= V)%MS.
    rewrite VP; apply/kerP; rewrite mulmxBl /u -!mulmxA [P *m (Sigma *m _)]mulmxA -/S mulVmx //.
    by rewrite mulmx1 subrr.
  by case/submxP => c e; exists c; rewrite -e subrK.
have xA : x *m A = u *m P by rewrite /A /u !mulmxA.
rewrite xA {1}xE mulmxDl -mulmxA shorted_kernel // mulmx0 add0r.
have PV : P *m V^T = 0 by apply: trmx_inj; rewrite trmx_mul trmxK VP0 trmx0.
rewrite /shorted mulmxBr !mulmxA !(mulmxK uS).
by rewrite -[u *m P *m V^T]mulmxA PV mulmx0 !mul0mx subr0.
Qed.

End Gaussian.
